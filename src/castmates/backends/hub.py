"""Fetch a tagger's files from the Hugging Face hub, once; sends nothing but the names of files."""

from __future__ import annotations

import re
from pathlib import Path

from castmates.core.errors import Missing

_name = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
FILES = ("model.onnx", "selected_tags.csv", "card.toml", "families.csv")


def is_hub_name(text: str) -> bool:
    """Whether this is written as a repository (`owner/name`) and not the way to a local file."""
    return bool(_name.fullmatch(text)) and not Path(text).parent.exists()


def fetched(repository: str) -> Path:
    """The folder of a repository's tagger: from the hub's cache here, else downloaded.

    Raises:
        Missing: neither is possible; the message says how to bring the files by hand.
    """
    # Imported late: it takes a while, and folders do without.
    from huggingface_hub import snapshot_download

    for local_only in (True, False):
        try:
            found = snapshot_download(
                repository, allow_patterns=list(FILES), local_files_only=local_only
            )
        # Its errors share no class: offline, gated, gone, or no such repository.
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason"
            continue
        if all((Path(found) / name).is_file() for name in FILES[:2]):
            return Path(found)
        reason = f"it lacks {' or '.join(FILES[:2])}"
    raise Missing(
        f"'{repository}' is neither a folder here nor to be had from the hub: {reason}",
        f"Check the name; or put {FILES[0]} and {FILES[1]} into a folder and give that.",
    )

"""Fetch a model's files from the Hugging Face hub, once; sends nothing but the names of files."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from castmates.core.errors import Missing

_name = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
FILES = ("model.onnx", "selected_tags.csv", "card.toml", "families.csv")


def is_hub_name(text: str) -> bool:
    """Whether this is written as a repository (`owner/name`) and not the way to a local file."""
    return bool(_name.fullmatch(text)) and not Path(text).parent.exists()


def fetched(
    repository: str, files: Sequence[str] = FILES, needs: Sequence[str] = FILES[:2]
) -> Path:
    """The folder of a repository's model: from the hub's cache here, else downloaded.

    Args:
        files: patterns of what is fetched; a tagger's, unless others are named.
        needs: patterns of what has to be there.

    Raises:
        Missing: neither is possible; the message says how to bring the files by hand.
    """
    # Imported late: it takes a while, and folders do without.
    from huggingface_hub import snapshot_download

    for local_only in (True, False):
        try:
            found = snapshot_download(
                repository, allow_patterns=list(files), local_files_only=local_only
            )
        # Its errors share no class: offline, gated, gone, or no such repository.
        except Exception as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else "no reason"
            continue
        if all(any(Path(found).glob(name)) for name in needs):
            return Path(found)
        reason = f"it lacks {' or '.join(needs)}"
    raise Missing(
        f"'{repository}' is neither a folder here nor to be had from the hub: {reason}",
        f"Check the name; or put {' and '.join(needs)} into a folder and give that.",
    )

"""Find the vocabulary that a checkpoint in one file lacks; opens no network, fetches nothing.

The file holds a number for every word and no word. Whoever drew with it before has the words: they
are looked for beside it, in the folders above it (ComfyUI and Forge bring them along, so do models
in diffusers form), in the folders that a studio names, and in Hugging Face's cache.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

from castmates.core.errors import BadInput, CastmatesError
from castmates.files.reading import read_utf8

_ABOVE = 4
_INSIDE = (
    "",
    "*tokenizer",
    "models/tokenizer",
    "*/tokenizer",
    "comfy/sd1_tokenizer",
    "backend/huggingface/*/*/tokenizer",
)
"""Where in a folder they may be: ours, a diffusers model's, ComfyUI's, Forge's."""
_CACHED = ("models--*/snapshots/*/tokenizer", "models--openai--clip-*/snapshots/*")
_places: ContextVar[tuple[Path, ...]] = ContextVar("folders with vocabularies", default=())


@contextmanager
def looking_in(folders: Sequence[Path]) -> Iterator[None]:
    """Look through these folders too, inside the block."""
    token = _places.set(tuple(folders))
    try:
        yield
    finally:
        _places.reset(token)


def vocabulary_for(checkpoint: Path, words: int) -> Path:
    """The folder with a vocabulary of exactly so many words.

    Raises:
        BadInput: there is none; the message says where to put which files.
    """
    seen: dict[Path, int | None] = {}
    for folder in _candidates(checkpoint.resolve()):
        if folder not in seen:
            seen[folder] = words_in(folder)
            if seen[folder] == words:
                return folder
    others = [f"{folder} has {count:,}" for folder, count in seen.items() if count]
    beside = f" ({'; '.join(others[:3])})" if others else ""
    raise BadInput(
        f"{checkpoint} needs a vocabulary of {words:,} words, which a single file does not hold, "
        f"and none was found{beside}.",
        f"Put vocab.json and merges.txt (of openai/clip-vit-large-patch14, for most) beside it or "
        f"into {checkpoint.parent / 'tokenizer'}; or name a folder that has them, as ComfyUI's "
        "own: castmates models add FOLDER",
    )


def words_in(folder: Path) -> int | None:
    """How many words the vocabulary in a folder has; None: there is none that can be read."""
    with suppress(CastmatesError, ValueError, TypeError, KeyError, RecursionError):
        if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
            return len(json.loads(read_utf8(folder / "vocab.json")))
        if (folder / "tokenizer.json").is_file():
            told = json.loads(read_utf8(folder / "tokenizer.json"))
            added = {word["content"] for word in told["added_tokens"]}
            return len({*told["model"]["vocab"], *added})
    return None


def _candidates(checkpoint: Path) -> Iterator[Path]:
    for folder in (*checkpoint.parents[:_ABOVE], *_places.get()):
        yield from _matching(folder, _INSIDE)
    yield from _matching(_cache(), _CACHED)


def _matching(folder: Path, patterns: Sequence[str]) -> Iterator[Path]:
    for pattern in patterns:
        with suppress(OSError):
            found = sorted(folder.glob(pattern)) if pattern else [folder]
            yield from (path for path in found if path.is_dir())


def _cache() -> Path:
    """Hugging Face's cache of models."""
    home = os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface"
    return Path(os.environ.get("HF_HUB_CACHE") or Path(home) / "hub")

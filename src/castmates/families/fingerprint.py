"""A base's fingerprint: differs when its weights, words or noise schedule do; loads nothing.

Gigabytes are not read whole: of every weights file its size, its header and 64 KiB at 32 places
count. A retrained or merged model differs at all of them.
"""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from castmates.files.trouble import in_words

WINDOW, WINDOWS = 65_536, 32
WHOLE = (
    "scheduler/scheduler_config.json",
    "tokenizer/vocab.json",
    "tokenizer/merges.txt",
    "tokenizer_2/vocab.json",
    "tokenizer_2/merges.txt",
    "tokenizer_2/tokenizer.json",
)


def fingerprint(folder: Path, parts: tuple[str, ...]) -> str:
    """64 hex digits.

    Args:
        parts: the subfolders whose weights count.

    Raises:
        CastmatesError: a file cannot be read.
    """
    summed = sha256()
    for part in parts:
        for path in sorted((folder / part).glob("*.safetensors")):
            summed.update(f"{part}/{path.name}/{path.stat().st_size}\n".encode())
            _sample(path, summed.update)
    for name in WHOLE:
        path = folder / name
        if path.is_file():
            with in_words(path, "read"):
                summed.update(name.encode() + path.read_bytes())
    return summed.hexdigest()


def _sample(path: Path, update: Callable[[bytes], None]) -> None:
    size = path.stat().st_size
    with in_words(path, "read"), path.open("rb") as stream:
        head = int.from_bytes(stream.read(8), "little")
        update(stream.read(min(head, size)))
        start = stream.tell()
        step = max(WINDOW, (size - start) // WINDOWS)
        for place in range(start, size, step):
            stream.seek(place)
            update(stream.read(WINDOW))

"""Keep what files were before an edit, under names that say their content; knows no steps.

`kept/0007.3fa9c12e0b7d55aa.png` holds the bytes of picture 7 with this SHA-256 (its first digits).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Literal

import numpy as np

from castmates.core.errors import Missing
from castmates.files.colours import Alpha
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder
from castmates.files.trouble import in_words
from castmates.files.writing import made, write_bytes

Kind = Literal["picture", "mask", "caption"]
KINDS: tuple[Kind, ...] = ("picture", "mask", "caption")

_DIGITS = 16
_SUFFIX: dict[Kind, str] = {"picture": ".png", "mask": ".mask.png", "caption": ".txt"}
_FIGURES, _HOLE = ".figures.png", ".hole.png"
MAPS = (_FIGURES, _HOLE)
"""What the names of maps end with: of figures, and of what was painted over."""


def digest_of(data: bytes) -> str:
    """The first 16 hex digits of the SHA-256."""
    return sha256(data).hexdigest()[:_DIGITS]


def place_of(folder: CharacterFolder, number: int, kind: Kind) -> Path:
    """Where a character's file lies in use."""
    if kind == "picture":
        return folder.picture_path(number)
    return folder.mask_path(number) if kind == "mask" else folder.caption_path(number)


def present(folder: CharacterFolder, number: int, kind: Kind) -> str:
    """The digest of a file in use; "": there is none."""
    path = place_of(folder, number, kind)
    return digest_of(read_bytes(path)) if path.is_file() else ""


def name_of(number: int, digest: str, kind: Kind) -> str:
    """What a file is called in `kept/`; "" for none."""
    return f"{number:04d}.{digest}{_SUFFIX[kind]}" if digest else ""


def keep(folder: CharacterFolder, number: int, kind: Kind) -> str:
    """Copy a file in use into `kept/`, if it is not there; returns its digest.

    A copy and no link: some editors write into a file that they opened.
    """
    path = place_of(folder, number, kind)
    if not path.is_file():
        return ""
    data = read_bytes(path)
    digest = digest_of(data)
    keep_new(folder, name_of(number, digest, kind), data)
    return digest


def kept_bytes(folder: CharacterFolder, name: str) -> bytes:
    """The bytes of a kept file. As in `kept_file`."""
    return kept_file(folder, name)[1]


def kept_file(folder: CharacterFolder, name: str) -> tuple[Path, bytes]:
    """A kept file, or the file in use that has the same content, and its bytes.

    Raises:
        Missing: it was deleted or changed.
    """
    number, digest = int(name[:4].split(".")[0]), name.split(".")[1]
    # The longest suffix, since a mask's ends as a picture's does.
    kind = max((k for k in KINDS if name.endswith(_SUFFIX[k])), key=lambda k: len(_SUFFIX[k]))
    for path in (folder.kept_dir / name, place_of(folder, number, kind)):
        if path.is_file() and digest_of(data := read_bytes(path)) == digest:
            return path, data
    raise Missing(
        f"{folder.kept_dir / name} is not there, or was changed.",
        "Put it back from a copy of the studio; until then this picture stays as it is.",
    )


def is_kept(folder: CharacterFolder, name: str) -> bool:
    return bool(name) and (folder.kept_dir / name).is_file()


def drop_kept(folder: CharacterFolder, name: str) -> None:
    """Take a file out of `kept/`; for one that is in use again."""
    path = folder.kept_dir / name
    with in_words(path, "removed"):
        path.unlink(missing_ok=True)


def figures_name(number: int, labels: Alpha) -> str:
    """What a map of figures is called in `kept/`."""
    return _map_name(number, labels, _FIGURES)


def hole_name(number: int, hole: Alpha) -> str:
    """What a mask of what was painted over is called in `kept/`."""
    return _map_name(number, hole, _HOLE)


def _map_name(number: int, values: Alpha, suffix: str) -> str:
    shape = np.array(values.shape, np.int64).tobytes()
    return f"{number:04d}.{digest_of(shape + values.tobytes())}{suffix}"


def keep_new(folder: CharacterFolder, name: str, data: bytes) -> None:
    """Write a file of this name into `kept/`, if it is not there."""
    path = made(folder.kept_dir) / name
    if not path.is_file():
        write_bytes(path, data)


def sweep(folder: CharacterFolder, used: Collection[str]) -> None:
    """Remove maps and lists that nobody names; pictures and captions always stay."""
    if not folder.kept_dir.is_dir():
        return
    for pattern in (f"*{_FIGURES}", f"*{_HOLE}", "*.toml", "*.drawing*.png"):
        for path in folder.kept_dir.glob(pattern):
            if path.name not in used:
                drop_kept(folder, path.name)
    with suppress(OSError):
        # Only an empty folder lets itself be removed.
        folder.kept_dir.rmdir()

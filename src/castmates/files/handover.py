"""Write a set of files into a folder that is handed to others, never over theirs; knows no format.

What was written is listed with SHA-256 sums in `castmates-export.sha256`, in the form that
`sha256sum --check` reads. A file that is neither on that list, unchanged, nor the very file that
would be written is somebody else's.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path, PurePosixPath

from castmates.core.errors import BadInput
from castmates.files.folders import is_hidden
from castmates.files.reading import read_bytes, read_utf8
from castmates.files.trouble import in_words
from castmates.files.writing import made, write_bytes, write_text

LIST = "castmates-export.sha256"
_SYSTEMS_OWN = frozenset(("Thumbs.db", "desktop.ini"))
_SHOWN = 5

Planned = Mapping[str, Callable[[], bytes]]
"""Path inside the folder, with `/` -> what makes the file's bytes."""


@dataclass(frozen=True)
class HandedOver:
    """How many files were written, were there already, and were removed as no longer meant."""

    written: int
    there: int
    removed: int


def hand_over(folder: Path, planned: Planned, theirs: Callable[[str], bool]) -> HandedOver:
    """Make the folder hold the planned files.

    Files of an earlier call that are no longer planned are removed; a call that was stopped is
    finished by the next.

    Args:
        theirs: whether a path is the receiver's own business (results, caches): left alone.

    Raises:
        BadInput: foreign files, or files that were changed; some are named, nothing is written.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    listed = _listed(folder)
    present = {name for name in _present(folder) if not theirs(name)}
    ready = {name for name in present & planned.keys() if _holds(folder / name, planned[name]())}
    ours = {n for n in present - ready if n in listed and _sum(folder / n) == listed[n]}
    foreign = sorted(present - ready - ours)
    if foreign:
        raise _refused(folder, foreign)
    for name in sorted(planned.keys() - ready, key=lambda n: PurePosixPath(n).parts):
        made((folder / name).parent)
        write_bytes(folder / name, planned[name]())
    gone = ours - planned.keys()
    for name in gone:
        _remove(folder, name)
    lines = [f"{_sum(folder / name)}  {name}\n" for name in sorted(planned)]
    text = "".join(lines)
    if not (folder / LIST).is_file() or read_bytes(folder / LIST) != text.encode():
        write_text(made(folder) / LIST, text)
    return HandedOver(len(planned) - len(ready), len(ready), len(gone))


def _present(folder: Path) -> list[str]:
    """Every file, and every link whatever it leads to."""
    found: list[Path] = []
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"{folder} is a file; wanted a folder.", "Give another folder.")
    with in_words(folder, "read"):
        for place, inner, names in os.walk(folder):
            links = [name for name in inner if Path(place, name).is_symlink()]
            inner[:] = [name for name in inner if not is_hidden(name) and name not in links]
            own = (n for n in names if not is_hidden(n) and n not in _SYSTEMS_OWN and n != LIST)
            found += [Path(place, name) for name in (*links, *own)]
    return [path.relative_to(folder).as_posix() for path in found]


def _listed(folder: Path) -> dict[str, str]:
    """Path -> sum, as an earlier call left them; lines that are none are passed over."""
    path = folder / LIST
    if not path.is_file():
        return {}
    pairs = (line.split("  ", 1) for line in read_utf8(path).splitlines())
    return {pair[1]: pair[0] for pair in pairs if len(pair) == 2}


def _holds(path: Path, data: bytes) -> bool:
    return path.is_file() and not path.is_symlink() and read_bytes(path) == data


def _sum(path: Path) -> str:
    if path.is_symlink() or not path.is_file():
        return ""
    return sha256(read_bytes(path)).hexdigest()


def _remove(folder: Path, name: str) -> None:
    path = folder / name
    with in_words(path, "removed"):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        # Only an empty folder lets itself be removed.
        path.parent.rmdir()


def _refused(folder: Path, foreign: list[str]) -> BadInput:
    more = f" and {len(foreign) - _SHOWN} more" if len(foreign) > _SHOWN else ""
    shown = ", ".join(foreign[:_SHOWN])
    return BadInput(
        f"{folder} has files that castmates did not write, or that were changed since: "
        f"{shown}{more}.",
        "Give another folder with --to, or move them away.",
    )

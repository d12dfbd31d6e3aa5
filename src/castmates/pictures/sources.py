"""Find pictures, and the captions beside them, in what the user points at; changes nothing."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import BadInput, Misfits, Missing
from castmates.files.images import SUFFIXES
from castmates.files.trouble import in_words

CAPTION_SUFFIXES = (".txt", ".caption")
_OTHER_PICTURES = frozenset((".heic", ".heif", ".psd", ".svg", ".raw", ".dng", ".jxl", ".xcf"))
_IGNORED_FOLDERS = frozenset(("__MACOSX", "@eaDir"))


@dataclass(frozen=True)
class Found:
    """Picture files in order, and the suffixes of pictures that cannot be read, counted."""

    pictures: tuple[Path, ...]
    unreadable: dict[str, int]


def find(sources: Sequence[Path], keep_out: Path) -> Found:
    """Every picture in folders (with their sub-folders) and single files.

    Args:
        keep_out: the character's own folder, which cannot be its source.

    Raises:
        Missing: a source is not there; all of them are told at once.
        BadInput: a file that is no picture, a source inside `keep_out`, or no picture at all.
    """
    misfits = Misfits()
    pictures: dict[Path, None] = {}
    unreadable: Counter[str] = Counter()
    for source in sources:
        with misfits.gather():
            for path in _files(Path(source), keep_out):
                suffix = path.suffix.lower()
                if suffix in SUFFIXES:
                    pictures[path] = None
                elif suffix in _OTHER_PICTURES:
                    unreadable[suffix] += 1
    misfits.raise_if_any()
    if not pictures:
        raise _no_pictures(sources, unreadable)
    return Found(tuple(pictures), dict(unreadable))


def caption_beside(picture: Path) -> Path | None:
    """The caption file of a picture: `x.txt` or `x.caption` beside `x.png`."""
    for suffix in CAPTION_SUFFIXES:
        path = picture.with_suffix(suffix)
        if path.is_file():
            return path
    return None


def natural(path: Path) -> list[tuple[int, int | str]]:
    """A key that sorts `2.png` before `10.png`."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def _files(source: Path, keep_out: Path) -> list[Path]:
    if not source.exists():
        raise Missing(f"There is no '{source}'.", "Check the path.")
    if source.resolve().is_relative_to(keep_out.resolve()):
        raise BadInput(
            f"{source} lies in the character's own folder.", "Give the folder they come from."
        )
    if source.is_file():
        if source.suffix.lower() not in SUFFIXES:
            wanted = ", ".join(sorted(SUFFIXES))
            raise BadInput(f"{source} is not a picture; wanted {wanted}.", "Export it as PNG.")
        return [source]
    found = []
    with in_words(source, "read"):
        for folder, inner, names in os.walk(source, onerror=_refuse):
            inner[:] = [n for n in inner if not n.startswith(".") and n not in _IGNORED_FOLDERS]
            found += [Path(folder, name) for name in names if not name.startswith(".")]
    return sorted((path for path in found if path.is_file()), key=natural)


def _refuse(error: OSError) -> None:
    raise error


def _no_pictures(sources: Sequence[Path], unreadable: Counter[str]) -> BadInput:
    where = ", ".join(str(source) for source in sources) or "nothing"
    if unreadable:
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in sorted(unreadable.items()))
        return BadInput(
            f"There is no picture that can be read in {where}, only {kinds}.",
            "Export them as PNG or JPEG.",
        )
    return BadInput(
        f"There are no pictures in {where}.",
        "Give a folder with 3 or more pictures (PNG, JPEG, WebP …).",
    )

"""Find pictures, and the captions beside them, in what the user points at; changes nothing."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from castmates.core.errors import BadInput, Misfits, Missing
from castmates.core.types import Value
from castmates.files import heic
from castmates.files.folders import Folder
from castmates.files.images import SUFFIXES
from castmates.files.reading import Words, words_of
from castmates.files.zips import Zip
from castmates.pictures.kohya import Place, left_out, place_of

CAPTION_SUFFIXES = (".txt", ".caption")
MASK = ".mask.png"
_OTHER_PICTURES = frozenset((".psd", ".svg", ".raw", ".dng", ".jxl", ".xcf", ".kra", ".clip"))
_FILMS = frozenset((".mov", ".mp4", ".m4v", ".avi", ".mkv", ".webm"))

Tree = Folder | Zip


class Skipped(Value):
    """A file that did not come in, and why, in words."""

    file: str
    why: str


@dataclass(frozen=True)
class Source:
    """A picture file that can come in, and what the folders above it say."""

    tree: Tree
    inner: PurePosixPath
    place: Place

    @property
    def name(self) -> str:
        return self.inner.name

    @property
    def shown(self) -> str:
        """How messages call it."""
        return self.tree.shown(self.inner)

    def read(self) -> bytes:
        """Its bytes. Raises BadInput (far too large, broken in a zip) or CastmatesError."""
        return self.tree.read(self.inner)

    def caption(self) -> tuple[str, Words] | None:
        """The name and the words of `x.txt` or `x.caption` beside `x.png`; None: neither."""
        for suffix in CAPTION_SUFFIXES:
            name = self.inner.with_suffix(suffix)
            if self.tree.has(name):
                return name.name, words_of(self.tree.read(name))
        return None


@dataclass(frozen=True)
class Found:
    """Pictures in order; files that are left out; folders of a kohya layout that are left out."""

    pictures: tuple[Source, ...]
    skipped: tuple[Skipped, ...]
    beside: tuple[str, ...]
    unreadable: dict[str, int]

    def close(self) -> None:
        """Let go of zips that were read."""
        for tree in {id(source.tree): source.tree for source in self.pictures}.values():
            tree.close()


def find(sources: Sequence[Path], keep_out: Path) -> Found:
    """Every picture in folders (with their sub-folders), zips and single files.

    Args:
        keep_out: the character's own folder, which cannot be its source.

    Raises:
        Missing: a source is not there, or a HEIC file that cannot be read; all are told at once.
        BadInput: a file that is no picture, a zip that is refused, a source inside `keep_out`, or
            no picture at all.
    """
    misfits = Misfits()
    pictures: dict[str, Source] = {}
    skipped: list[Skipped] = []
    beside: list[str] = []
    unreadable: Counter[str] = Counter()
    for source in sources:
        with misfits.gather():
            tree = _tree(Path(source), keep_out)
            names = tree.names()
            out = left_out(names)
            beside += [tree.shown(folder) for folder in sorted(out)]
            here = {name for name in names if not out & set(name.parents)}
            for name in sorted(here, key=natural):
                suffix = name.suffix.lower()
                why = _why_not(name, here)
                if why:
                    skipped.append(Skipped(file=str(name), why=why))
                    unreadable[suffix] += suffix in _OTHER_PICTURES | heic.SUFFIXES
                elif suffix in SUFFIXES:
                    one = Source(tree, name, place_of([tree.label, *name.parts[:-1]]))
                    pictures.setdefault(one.shown, one)
    misfits.raise_if_any()
    unreadable = +unreadable
    if not pictures:
        raise _no_pictures(sources, unreadable)
    return Found(tuple(pictures.values()), tuple(skipped), tuple(beside), dict(unreadable))


def natural(path: PurePosixPath) -> list[tuple[int, int | str]]:
    """A key that sorts `2.png` before `10.png`."""
    parts = re.split(r"(\d+)", str(path).casefold())
    return [(0, int(part)) if part.isdecimal() else (1, part) for part in parts]


def way_out(suffix: str) -> str:
    """What to do about pictures that cannot be read."""
    return heic.INSTALL + "." if suffix in heic.SUFFIXES else "Export them as PNG or JPEG."


def _why_not(name: PurePosixPath, beside: set[PurePosixPath]) -> str:
    suffix = name.suffix.lower()
    if suffix in heic.SUFFIXES and not heic.can_be_read():
        return f"HEIC cannot be read here. {heic.INSTALL}"
    if suffix in _OTHER_PICTURES:
        return f"{suffix} cannot be read. Export it as PNG or JPEG."
    if suffix in _FILMS:
        return "It is a film, not a picture."
    if suffix == ".zip":
        return "It is a zip in a folder. Give it as a source of its own."
    if name.name.endswith(MASK):
        stem = name.name.removesuffix(MASK)
        if any(name.with_name(stem + each) in beside for each in SUFFIXES):
            return "It is the mask of a picture."
    return ""


def _tree(source: Path, keep_out: Path) -> Tree:
    if not source.exists():
        raise Missing(
            f"There is no '{source}'; wanted a folder, a zip or a picture.", "Check the path."
        )
    if source.resolve().is_relative_to(keep_out.resolve()):
        raise BadInput(
            f"{source} lies in the character's own folder.", "Give the folder they come from."
        )
    if source.is_dir():
        return Folder(source)
    suffix = source.suffix.lower()
    if suffix == ".zip":
        return Zip(source)
    if suffix in heic.SUFFIXES and not heic.can_be_read():
        raise Missing(f"{source} is HEIC, which cannot be read here.", heic.INSTALL)
    if suffix not in SUFFIXES:
        wanted = ", ".join(sorted(SUFFIXES))
        raise BadInput(f"{source} is not a picture; wanted {wanted}, .zip.", "Export it as PNG.")
    return Folder(source.parent, source.name)


def _no_pictures(sources: Sequence[Path], unreadable: Counter[str]) -> BadInput:
    where = ", ".join(str(source) for source in sources) or "nothing"
    if unreadable:
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in sorted(unreadable.items()))
        return BadInput(
            f"There is no picture that can be read in {where}, only {kinds}.",
            " ".join(sorted({way_out(suffix) for suffix in unreadable})),
        )
    return BadInput(
        f"There are no pictures in {where}.",
        "Give a folder with 3 or more pictures (PNG, JPEG, WebP …).",
    )

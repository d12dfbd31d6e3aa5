"""Draws the cells of a study that are still missing; knows a painter's one method and no score."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from castmates.core.errors import BadInput, Unfit
from castmates.core.events import Began, Made, Moved, Tell, silent
from castmates.core.ports import Pixels
from castmates.core.types import Shot, Value
from castmates.files import images, settings
from castmates.files.studio import StudyFolder
from castmates.judging.cells import (
    Cell,
    Checkpoint,
    Study,
    StudyPrompt,
    cell_name,
    cells,
)

__all__ = [
    "Artist",
    "Cell",
    "Checkpoint",
    "Drawing",
    "Study",
    "StudyPrompt",
    "cell_name",
    "cells",
    "freeze",
    "holds",
    "run",
]

DIGEST_KEY = "castmates-cell"
"""The PNG text that says from which shot, adapter file and base a cell was drawn."""


CHUNK = 48
"""Cells that are drawn together or not at all. In half precision a picture depends a little on how
many share its batch; whole chunks make a study that was stopped end in the same pictures."""


class _Decided(Value):
    shot: Shot
    adapter: str
    base: str


class Drawing(Protocol):
    """What a painter yields for one shot."""

    @property
    def index(self) -> int:
        """Which of the shots given this is."""

    @property
    def pixels(self) -> Pixels:
        """The picture, (H, W, 3) uint8."""

    @property
    def texts(self) -> Mapping[str, str]:
        """What to write into a PNG, by key: the shot in A1111's words and in our own."""


class Artist(Protocol):
    """A painter, as a study sees it (castmates.drawing.painter.Painter is one)."""

    def draw(self, shots: Sequence[Shot], tell: Tell = ...) -> Iterator[Drawing]:
        """Draw the shots in mixed batches, in any order."""


def run(
    study: Study,
    painter: Artist,
    folder: StudyFolder,
    tell: Tell = silent,
    chunk: int = CHUNK,
) -> list[Path]:
    """Draw what is missing of a study and return the paths of all cells, in the order of `cells`.

    The adapters must be in the painter's bank under their checkpoints' names. Cells whose PNG
    holds the same digest are kept, so a study that was stopped goes on by the same call; the
    folder remembers its study and refuses another one.

    Args:
        chunk: cells that are drawn together or not at all.

    Raises:
        Unfit: the folder belongs to another study.
    """
    freeze(study, folder)
    wanted = cells(study)
    paths = [folder.cells / cell.name for cell in wanted]
    pairs = list(zip(wanted, paths, strict=True))
    chunks = [pairs[first : first + chunk] for first in range(0, len(pairs), chunk)]
    open_ = [c for c in chunks if not all(is_drawn(study, cell, path) for cell, path in c)]
    tell(Began(what="study", total=len(wanted), unit="pictures"))
    done = len(wanted) - sum(len(some) for some in open_)
    if done:
        tell(Moved(what="study", done=done, note="already drawn"))
    for some in open_:
        for drawn in painter.draw([cell.shot for cell, _ in some], tell=silent):
            cell, path = some[drawn.index]
            images.write_png(path, drawn.pixels, {**drawn.texts, DIGEST_KEY: digest(study, cell)})
            done += 1
            tell(Moved(what="study", done=done, note=cell.name.removesuffix(".png")))
    tell(Made(what="study", path=str(folder.cells)))
    return paths


def freeze(study: Study, folder: StudyFolder) -> None:
    """Write `study.toml`, or make sure that the one there is this very study.

    Raises:
        Unfit: the folder belongs to another study.
    """
    folder.cells.mkdir(parents=True, exist_ok=True)
    if not folder.study.exists():
        settings.save(folder.study, study)
    elif not holds(folder, study):
        raise Unfit(
            f"{folder.study} describes another study than the one asked for.",
            "Start a new study; the old one stays as it is.",
        )


def holds(folder: StudyFolder, study: Study) -> bool:
    """Whether the folder was made for exactly this study, so that `run` would go on in it."""
    if not folder.study.is_file():
        return False
    return settings.digest(settings.load(folder.study, Study)) == settings.digest(study)


def digest(study: Study, cell: Cell) -> str:
    """sha256 over everything that decides a cell's pixels: shot, adapter file's content, base."""
    content = {c.epoch: c.digest for c in study.adapters}.get(cell.epoch, "")
    return settings.digest(_Decided(shot=cell.shot, adapter=content, base=study.base))


def is_drawn(study: Study, cell: Cell, path: Path) -> bool:
    """Whether this cell's picture is there, whole, and drawn from the same shot."""
    if not path.is_file():
        return False
    try:
        return images.read_text(path).get(DIGEST_KEY) == digest(study, cell)
    except BadInput:
        return False

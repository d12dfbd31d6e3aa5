"""Draws the cells of a study that are still missing; knows a painter's one method and no score."""

from __future__ import annotations

from pathlib import Path

from castmates.core.errors import Unfit
from castmates.core.events import Began, Made, Moved, Tell, silent
from castmates.core.types import Shot, Value
from castmates.files import settings
from castmates.files.studio import StudyFolder
from castmates.judging.cells import (
    Cell,
    Checkpoint,
    Study,
    StudyPrompt,
    cell_name,
    cells,
)
from castmates.judging.filling import DIGEST_KEY, Artist, Drawing, Wanted, drawn

__all__ = [
    "DIGEST_KEY",
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

CHUNK = 48
"""Cells that are drawn together or not at all. In half precision a picture depends a little on how
many share its batch; whole chunks make a study that was stopped end in the same pictures."""


class _Decided(Value):
    shot: Shot
    adapter: str
    base: str


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
    wanted = [Wanted(cell.name, cell.shot, digest(study, cell)) for cell in cells(study)]
    chunks = [wanted[first : first + chunk] for first in range(0, len(wanted), chunk)]
    open_ = [some for some in chunks if not all(one.is_drawn(folder.cells) for one in some)]
    tell(Began(what="study", total=len(wanted), unit="pictures"))
    done = len(wanted) - sum(len(some) for some in open_)
    if done:
        tell(Moved(what="study", done=done, note="already drawn"))
    for some in open_:
        for one in drawn(some, painter, folder.cells):
            done += 1
            tell(Moved(what="study", done=done, note=one.name.removesuffix(".png")))
    tell(Made(what="study", path=str(folder.cells)))
    return [folder.cells / one.name for one in wanted]


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

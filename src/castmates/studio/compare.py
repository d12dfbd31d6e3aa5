"""The verb `compare`: every saved epoch at every strength, drawn in mixed batches."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.adapters.file import load as load_adapter
from castmates.core.errors import BadInput
from castmates.core.events import Tell, silent
from castmates.core.types import Value
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.files.locks import holding
from castmates.files.settings import digest
from castmates.files.studio import CharacterFolder, RunFolder, Studio, StudyFolder
from castmates.files.tensors import tensor_hash
from castmates.judging import grid
from castmates.judging.cells import Checkpoint, Study, cells
from castmates.judging.study import run
from castmates.studio.models import base_name, take_base
from castmates.studio.suite import suite_for
from castmates.studio.train import newest_finished


class Compared(Value):
    """The study's folder, how many pictures it has, and the sheet of all of them."""

    study: str
    cells: int
    grid: str


@dataclass(frozen=True)
class Axes:
    """The columns of a grid, and how many seeds stand behind each cell."""

    strengths: tuple[float, ...]
    seeds: int


def read_strengths(text: str) -> tuple[float, ...]:
    """Strengths as people write them: "0.4, 0.8 1". Raises BadInput."""
    try:
        found = tuple(float(part) for part in text.replace(",", " ").split())
    except ValueError:
        found = ()
    if not found:
        raise BadInput(f"'{text}' are no strengths.", 'Write them like: "0.4, 0.8, 1".')
    return found


def compare(
    studio: Studio,
    name: str,
    *,
    base: str | None = None,
    strengths: Sequence[float] = (0.4, 0.6, 0.8, 1.0),
    seeds: int = 3,
    tell: Tell = silent,
) -> Compared:
    """Draw the newest run's epochs × strengths × prompts × seeds, and the sheet.

    Raises:
        Missing: nothing is trained yet.
    """
    folder = studio.character(name)
    trained = newest_finished(folder)
    opened = take_base(base_name(studio, folder.character, base), tell, studio)
    axes = Axes(tuple(strengths), seeds)
    study = study_of(opened, folder, trained, axes)
    drawn = draw_study(opened, folder, trained, study, tell)
    grid.write(study, drawn, folder.character.name.title(), tell=tell)
    return Compared(study=str(drawn.path), cells=len(cells(study)), grid=str(drawn.grid))


def study_of(base: Base, folder: CharacterFolder, trained: RunFolder, axes: Axes) -> Study:
    """The comparison of a run's epochs in the base's own prompts."""
    suite = suite_for(base.name).filled(folder.character)
    return Study(
        adapters=tuple(
            Checkpoint(
                epoch=epoch,
                file=path.relative_to(folder.path).as_posix(),
                digest=tensor_hash(path),
            )
            for epoch, path in trained.checkpoints()
        ),
        strengths=axes.strengths,
        prompts=suite.study,
        seeds=tuple(range(1, axes.seeds + 1)),
        negative=folder.character.negative,
        base=base.fingerprint,
    )


def draw_study(
    base: Base, folder: CharacterFolder, trained: RunFolder, study: Study, tell: Tell
) -> StudyFolder:
    """Draw what is missing of a study; the adapters leave the bank afterwards."""
    target = folder.study_for(digest(study))
    names = []
    try:
        for _, path in trained.checkpoints():
            base.bank.add(load_adapter(path))
            names.append(path.stem)
        with holding(target.path):
            run(study, Painter(base), target, tell)
    finally:
        for adapter in names:
            base.bank.remove(adapter)
    return target

"""Scores the cells of a study by every measure and writes what they say; chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from castmates.core.errors import Missing
from castmates.core.events import Began, Made, Moved, Tell, silent
from castmates.core.ports import Pixels
from castmates.files import images, writing
from castmates.files.studio import StudyFolder
from castmates.judging.cells import Cell, Study, cells
from castmates.judging.judges import Judges
from castmates.judging.likeness import RealPictures, alike, among, nearest
from castmates.judging.measures.asking import Told, ask
from castmates.judging.measures.looks import Looks, plain
from castmates.judging.measures.obedience import controls
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import ArmScore, Calibration, CellScore, Scores, TagRate
from castmates.judging.summing import summed

__all__ = [
    "ArmScore",
    "Calibration",
    "CellScore",
    "Judges",
    "Scores",
    "TagRate",
    "load",
    "measure",
    "plain",
    "score",
    "summed",
]

DIGITS = 9
"""Of a reading: the last bits of a product depend on where its numbers lie in memory."""


def score(
    study: Study,
    folder: StudyFolder,
    real: RealPictures,
    judges: Judges,
    tell: Tell = silent,
    some: Sequence[Cell] | None = None,
) -> Scores:
    """Read the cells of a drawn study, write `scores.json`, and return what it says.

    Args:
        some: the cells to read, the base's of the same prompts and seeds among them; None: all.

    Raises:
        Missing: a cell is not drawn yet.
        Unfit: fewer than 2 real pictures.
    """
    wanted = list(some) if some is not None else cells(study)
    absent = [cell.name for cell in wanted if not (folder.cells / cell.name).is_file()]
    if absent:
        raise Missing(
            f"{len(absent)} of {len(wanted)} pictures of the study are not drawn: {absent[0]}, …",
            "Run the comparison again: it draws what is missing.",
        )
    tell(Began(what="judge", total=len(wanted), unit="pictures"))
    pictures = [images.read(folder.cells / cell.name) for cell in wanted]
    scores = measure(study, pictures, real, judges, wanted)
    writing.write_text(folder.scores, scores.model_dump_json(indent=1) + "\n")
    tell(Moved(what="judge", done=len(wanted)))
    tell(Made(what="scores", path=str(folder.scores)))
    return scores


def load(folder: StudyFolder) -> Scores:
    """Read `scores.json`. Raises Missing if the study was not scored."""
    if not folder.scores.is_file():
        raise Missing(f"{folder.path} has no scores.json.", "Score the study first.")
    return Scores.model_validate_json(folder.scores.read_text(encoding="utf-8"))


def measure(
    study: Study,
    pictures: Sequence[Pixels],
    real: RealPictures,
    judges: Judges,
    drawn: Sequence[Cell] | None = None,
) -> Scores:
    """Score pictures in memory: one for each of `drawn`, in that order.

    Args:
        drawn: where the pictures stand; None: all of `cells(study)`. The base's are among them.
    """
    seen = seen_of(study, pictures, real, judges, drawn)
    told = ask(seen)
    innocent, beyond = _innocence(seen)
    against = _trained_on(seen).layouts
    near = nearest(seen.drawn.layouts, against)
    which = (seen.drawn.layouts @ against.T).argmax(axis=1)
    unasked = _unasked(seen)
    readings = tuple(
        CellScore(
            name=cell.name,
            epoch=cell.epoch,
            strength=cell.strength,
            prompt=cell.prompt,
            seed=cell.seed,
            likeness=round(float(told.likeness[i]), DIGITS),
            wanted=prompt.wants,
            found=_within(prompt.wants, seen.drawn.seen[i]),
            copying=round(float(near[i]) - innocent, DIGITS),
            family=prompt.family,
            avoided=prompt.avoids,
            present=_within(prompt.avoids, seen.drawn.seen[i]),
            unasked=unasked[i],
            nearest=int(which[i]) if real.training else None,
            measures=told.of(i),
        )
        for i, (cell, prompt) in enumerate(zip(seen.cells, seen.prompts, strict=True))
    )
    return summed(study, readings, _calibration(seen, real, told), beyond, told.notes)


def seen_of(
    study: Study,
    pictures: Sequence[Pixels],
    real: RealPictures,
    judges: Judges,
    drawn: Sequence[Cell] | None = None,
) -> Seen:
    """Pictures of a study beside the real ones, for the measures to look at."""
    return Seen(
        study=study,
        cells=tuple(drawn if drawn is not None else cells(study)),
        drawn=Looks(tuple(pictures), judges),
        references=Looks(real.references, judges),
        training=Looks(real.training, judges),
        held_out=real.enough,
    )


def _calibration(seen: Seen, real: RealPictures, told: Told) -> Calibration:
    """The two levels of the first encoder, and how well the best reader tells apart."""
    own = seen.references.directions["likeness"]
    similar = alike(seen.drawn.directions["likeness"], own)
    areas = [note.auc for note in told.notes if note.auc is not None]
    return Calibration(
        stranger=float(similar[seen.strangers].mean()),
        real=float(among(own).mean()),
        held_out=len(real.held_out),
        training=len(real.training),
        against_training=not real.enough,
        auc=max(areas) if areas else None,
    )


def _trained_on(seen: Seen) -> Looks:
    return seen.training if seen.training.pictures else seen.references


def _innocence(seen: Seen) -> tuple[float, float]:
    """How near new real pictures come to training ones: the mean, and the nearest above it."""
    training = _trained_on(seen).layouts
    if seen.held_out and seen.training.pictures:
        near = nearest(seen.references.layouts, training)
    else:
        cosines = np.asarray(training @ training.T, dtype=np.float64)
        np.fill_diagonal(cosines, -1.0)
        near = cosines.max(axis=1)
    return float(near.mean()), float(near.max() - near.mean())


def _within(tags: Sequence[str], seen: frozenset[str]) -> tuple[str, ...]:
    return tuple(tag for tag in tags if plain(tag) in seen)


def _unasked(seen: Seen) -> list[tuple[str, ...]]:
    """Of each picture the tags that only other prompts want, and that are there all the same."""
    study = seen.study
    tags = dict.fromkeys(tag for prompt in study.prompts for tag in prompt.wants)
    free = {tag: frozenset(controls(study, tag)) for tag in tags}
    return [
        tuple(tag for tag in tags if cell.prompt in free[tag] and plain(tag) in said)
        for cell, said in zip(seen.cells, seen.drawn.seen, strict=True)
    ]

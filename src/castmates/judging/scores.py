"""Scores the cells of a study: how alike, how obedient, how copied; chooses nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.core.errors import Missing
from castmates.core.events import Began, Made, Moved, Tell, silent
from castmates.core.ports import Encoder, Pixels, Tagger
from castmates.files import images, writing
from castmates.files.studio import StudyFolder
from castmates.judging.cells import Cell, Study, cells
from castmates.judging.intervals import mean_interval, share_interval
from castmates.judging.likeness import RealPictures, alike, among, embedded, layouts, nearest
from castmates.judging.readings import ArmScore, Calibration, CellScore, Scores, TagRate

__all__ = [
    "ArmScore",
    "Calibration",
    "CellScore",
    "Judges",
    "Scores",
    "TagRate",
    "load",
    "measure",
    "score",
    "summed",
]


@dataclass(frozen=True)
class Judges:
    """Who looks: the encoder for likeness, the tagger for obedience."""

    encoder: Encoder
    tagger: Tagger


def score(
    study: Study,
    folder: StudyFolder,
    real: RealPictures,
    judges: Judges,
    tell: Tell = silent,
) -> Scores:
    """Read every cell of a drawn study, write `scores.json`, and return what it says.

    Raises:
        Missing: a cell is not drawn yet.
        Unfit: fewer than 2 real pictures.
    """
    wanted = cells(study)
    absent = [cell.name for cell in wanted if not (folder.cells / cell.name).is_file()]
    if absent:
        raise Missing(
            f"{len(absent)} of {len(wanted)} pictures of the study are not drawn: {absent[0]}, …",
            "Run the comparison again: it draws what is missing.",
        )
    tell(Began(what="judge", total=len(wanted), unit="pictures"))
    pictures = [images.read(folder.cells / cell.name) for cell in wanted]
    scores = measure(study, pictures, real, judges)
    writing.write_text(folder.scores, scores.model_dump_json(indent=1) + "\n")
    tell(Moved(what="judge", done=len(wanted)))
    tell(Made(what="scores", path=str(folder.scores)))
    return scores


def load(folder: StudyFolder) -> Scores:
    """Read `scores.json`. Raises Missing if the study was not scored."""
    if not folder.scores.is_file():
        raise Missing(f"{folder.path} has no scores.json.", "Score the study first.")
    return Scores.model_validate_json(folder.scores.read_text(encoding="utf-8"))


def measure(study: Study, pictures: Sequence[Pixels], real: RealPictures, judges: Judges) -> Scores:
    """Score pictures in memory: one for each of `cells(study)`, in that order."""
    drawn = cells(study)
    of_base = [i for i, cell in enumerate(drawn) if cell.epoch == 0]
    references = embedded(judges.encoder, real.references)
    similar = alike(embedded(judges.encoder, pictures), references)
    calibration = Calibration(
        stranger=float(similar[of_base].mean()),
        real=float(among(references).mean()),
        held_out=len(real.held_out),
        training=len(real.training),
        against_training=not real.enough,
    )
    innocent, beyond = _innocence(real)
    training = layouts(real.training or real.held_out)
    near = nearest(layouts(pictures), training)
    found = _found(study, drawn, pictures, judges.tagger)
    readings = tuple(
        CellScore(
            name=cell.name,
            epoch=cell.epoch,
            strength=cell.strength,
            prompt=cell.prompt,
            seed=cell.seed,
            likeness=calibration.likeness(float(similar[i])),
            wanted=study.prompt(cell.prompt).wants,
            found=found[i],
            copying=float(near[i]) - innocent,
        )
        for i, cell in enumerate(drawn)
    )
    return summed(study, readings, calibration, beyond)


def _innocence(real: RealPictures) -> tuple[float, float]:
    """How near new real pictures come to training ones: the mean, and the nearest above it."""
    training = layouts(real.training or real.held_out)
    if real.held_out and real.training:
        near = nearest(layouts(real.held_out), training)
    else:
        cosines = np.asarray(training @ training.T, dtype=np.float64)
        np.fill_diagonal(cosines, -1.0)
        near = cosines.max(axis=1)
    return float(near.mean()), float(near.max() - near.mean())


def _found(
    study: Study, drawn: Sequence[Cell], pictures: Sequence[Pixels], tagger: Tagger
) -> list[tuple[str, ...]]:
    wants = [study.prompt(cell.prompt).wants for cell in drawn]
    asked = [i for i, wanted in enumerate(wants) if wanted]
    seen: dict[int, set[str]] = {}
    for start in range(0, len(asked), 32):
        some = asked[start : start + 32]
        said = tagger.tags([pictures[i] for i in some])
        seen |= {i: {plain(tag.name) for tag in tags} for i, tags in zip(some, said, strict=True)}
    return [
        tuple(tag for tag in wanted if plain(tag) in seen.get(i, set()))
        for i, wanted in enumerate(wants)
    ]


def plain(tag: str) -> str:
    """A tag without what differs between taggers: case and underscores."""
    return tag.lower().replace("_", " ").strip()


def summed(
    study: Study,
    readings: Sequence[CellScore],
    calibration: Calibration,
    beyond: float = 0.0,
) -> Scores:
    """Means and intervals of every arm from the readings of all its cells.

    Args:
        study: what was drawn.
        readings: of every cell of the study.
        calibration: the levels that `likeness` was calibrated with.
        beyond: copying above which a picture is nearer to training than every held-out one.
    """
    names = {checkpoint.epoch: checkpoint.name for checkpoint in study.adapters}
    arms: dict[tuple[int, float], list[CellScore]] = {}
    for cell in readings:
        arms.setdefault((cell.epoch, cell.strength), []).append(cell)
    summaries = [
        _arm(names.get(epoch, ""), some, beyond) for (epoch, _), some in sorted(arms.items())
    ]
    return Scores(
        calibration=calibration,
        baseline=summaries[0],
        arms=tuple(summaries[1:]),
        cells=tuple(readings),
    )


def _arm(adapter: str, some: Sequence[CellScore], beyond: float) -> ArmScore:
    alike_ = [cell.likeness for cell in some]
    asked = [share for cell in some if (share := cell.obedience) is not None]
    low, high = mean_interval(alike_)
    return ArmScore(
        adapter=adapter,
        epoch=some[0].epoch,
        strength=some[0].strength,
        n=len(some),
        likeness=_clipped(float(np.mean(alike_))),
        likeness_interval=(_clipped(low), _clipped(high)),
        n_asked=len(asked),
        obedience=float(np.mean(asked)) if asked else None,
        obedience_interval=share_interval(asked) if asked else (0.0, 1.0),
        tags=_rates(some),
        copying=float(np.mean([cell.copying for cell in some])),
        copied=float(np.mean([cell.copying > beyond + 1e-9 for cell in some])),
    )


def _rates(some: Sequence[CellScore]) -> tuple[TagRate, ...]:
    found: dict[tuple[str, str], list[bool]] = {}
    for cell in some:
        for tag in cell.wanted:
            found.setdefault((cell.prompt, tag), []).append(tag in cell.found)
    return tuple(
        TagRate(prompt=prompt, tag=tag, rate=float(np.mean(hits)), n=len(hits))
        for (prompt, tag), hits in found.items()
    )


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))

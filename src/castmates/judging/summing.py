"""Sums the readings of cells up into arms: means, intervals, gates, picks; looks at no picture."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import fmean

import numpy as np

from castmates.judging.cells import Study
from castmates.judging.gates import Arm, Limits, spared, tripped
from castmates.judging.intervals import Interval, mean_interval, share_interval
from castmates.judging.measures.obedience import Check, checks, flexibility
from castmates.judging.readings import (
    ArmScore,
    Calibration,
    CellScore,
    MeasureNote,
    Scores,
    TagRate,
)
from castmates.judging.utility import front, picks, where, worth

LEAK = "leak"
READERS = ("likeness", "card")
"""What the names of the measures begin with that are readers of likeness."""


def summed(
    study: Study,
    readings: Sequence[CellScore],
    calibration: Calibration,
    beyond: float = 0.0,
    notes: Sequence[MeasureNote] = (),
    limits: Limits | None = None,
) -> Scores:
    """Means and intervals of every arm from the readings of its cells.

    Args:
        study: what was drawn.
        readings: of the study's cells, or of some of them; among them the base's.
        calibration: the levels that `likeness` was calibrated with.
        beyond: copying above which a picture is nearer to training than every held-out one.
        notes: what the measures said of themselves.
        limits: of the gates.
    """
    names = {checkpoint.epoch: checkpoint.name for checkpoint in study.adapters}
    arms: dict[tuple[int, float], list[CellScore]] = {}
    for cell in readings:
        arms.setdefault((cell.epoch, cell.strength), []).append(cell)
    ordered = sorted(arms.items())
    base = ordered[0][1]
    asked = checks(study, base)
    summaries = []
    for (epoch, _), some in ordered:
        summary = _arm(names.get(epoch, ""), some, beyond)
        summaries.append(_judged(study, summary, some, base, asked, limits or Limits()))
    rest = spared(summaries[1:])
    return Scores(
        calibration=calibration,
        baseline=summaries[0],
        arms=tuple(rest),
        cells=tuple(readings),
        notes=tuple(notes),
        front=tuple(where(arm) for arm in front([arm for arm in rest if arm.passes] or rest)),
        picks=picks(rest) if rest else None,
    )


def _arm(adapter: str, some: Sequence[CellScore], beyond: float) -> ArmScore:
    called = [cell for cell in some if cell.family != LEAK] or list(some)
    alike_ = [cell.likeness for cell in called if _is_read(cell)]
    alike_ = alike_ or [cell.likeness for cell in called]
    told = [(cell.family, share) for cell in called if (share := cell.obedience) is not None]
    asked = [share for _, share in told]
    low, high = mean_interval(alike_)
    names = dict.fromkeys(name for cell in some for name in cell.measures)
    by_name = {name: [c.measures[name] for c in some if name in c.measures] for name in names}
    return ArmScore(
        adapter=adapter,
        epoch=some[0].epoch,
        strength=some[0].strength,
        n=len(called),
        likeness=_clipped(fmean(alike_)),  # fmean: to the bit in any order
        likeness_interval=(_clipped(low), _clipped(high)),
        n_asked=len(asked),
        obedience=fmean(asked) if asked else None,
        obedience_interval=share_interval(asked) if asked else (0.0, 1.0),
        tags=_rates(called),
        copying=float(np.mean([cell.copying for cell in called])),
        copied=float(np.mean([cell.copying > beyond + 1e-9 for cell in called])),
        families={
            family: float(np.mean([share for f, share in told if f == family]))
            for family in dict.fromkeys(f for f, _ in told if f)
        },
        measures={name: float(np.mean(values)) for name, values in by_name.items()},
        # One picture has no interval, and JSON no infinity.
        intervals={n: mean_interval(found) for n, found in by_name.items() if len(found) > 1},
    )


def _judged(
    study: Study,
    summary: ArmScore,
    some: Sequence[CellScore],
    base: Sequence[CellScore],
    asked: Sequence[Check],
    limits: Limits,
) -> ArmScore:
    """An arm with its flexibility, utility and gates; the base is not judged."""
    kept = flexibility(study, asked, some)
    free = float(np.mean(list(kept.values()))) if kept else None
    update: dict[str, object] = {
        "flexibility": free,
        "flexibility_interval": _interval(kept, summary),
        "utility": worth(summary.likeness, free if free is not None else summary.obedience),
    }
    if summary.epoch:
        arm = Arm(study, some, base, asked, summary.likeness, limits)
        update["gates"] = tripped(arm)
    return summary.model_copy(update=update)


def _interval(kept: dict[str, float], summary: ArmScore) -> Interval:
    """Over prompts, which are the units; with one prompt, as wide as plain obedience's."""
    if len(kept) < 2:
        return summary.obedience_interval if kept else (0.0, 1.0)
    return share_interval(list(kept.values()))


def _rates(some: Sequence[CellScore]) -> tuple[TagRate, ...]:
    found: dict[tuple[str, str], list[bool]] = {}
    for cell in some:
        for tag in cell.wanted:
            found.setdefault((cell.prompt, tag), []).append(tag in cell.found)
    return tuple(
        TagRate(prompt=prompt, tag=tag, rate=float(np.mean(hits)), n=len(hits))
        for (prompt, tag), hits in found.items()
    )


def _is_read(cell: CellScore) -> bool:
    """Whether a reader spoke of a picture's likeness; else its arm's mean stands there."""
    return any(name.startswith(READERS) for name in cell.measures)


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))

"""The planted arms of one character, and how well its scores find the truth; draws nothing."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Pixels
from castmates.core.types import Character as Called
from castmates.core.types import Value
from castmates.judging.cells import Checkpoint, Study, cells
from castmates.judging.intervals import mean_interval
from castmates.judging.judges import Judges
from castmates.judging.likeness import RealPictures
from castmates.judging.readings import Scores
from castmates.judging.scores import measure
from castmates.judging.utility import worth
from castmates.studio.suite import suite_for
from storybook.evaluate.planting import FAILURES, Ground, Planted, shown
from storybook.world.values import Character

SEEDS = (1, 2)
DEEP = (1, 2, 3, 4, 5, 6)
GOOD = 4
LEAK = "leak"
MIDDLING = Planted(alike=0.85, obeys=0.85)


LOST = 0.5
"""An arm that loses more of the accessories than this is over-cooked."""


class Found(Value):
    """What was planted in one arm, what is true of it, and what the scores say.

    Attributes:
        likeness, flexibility: ours; alike, obeyed: the truth.
        reason: the gate named first; "": none. gates: all that were tripped.
        epoch, strength: of a trained arm. leakage: ours; leaked: the truth.
        fused: true share of the own clothes where others are asked for; None: cannot be told.
        fell: true share of pictures with nobody or several, beyond the base's.
        told: gates tripped that no arm avoids, which shut nothing out.
        lost: true share of accessories that the base draws and the arm does not.
    """

    character: str
    failure: str
    likeness: float
    alike: float
    flexibility: float
    obeyed: float
    utility: float
    low: float
    high: float
    reason: str
    gates: tuple[str, ...]
    epoch: int = 0
    strength: float = 1.0
    leakage: float = 0.0
    leaked: float = 0.0
    fused: float | None = None
    fell: float = 0.0
    told: tuple[str, ...] = ()
    lost: float = 0.0

    @property
    def truly(self) -> float:
        """True utility; 0 for what ought to be ruled out."""
        return 0.0 if self.failure or self.lost > LOST else self.plainly

    @property
    def plainly(self) -> float:
        """True utility, whatever ought to be ruled out."""
        return worth(self.alike, self.obeyed)


class OfOne(Value):
    """One character's arms, the one that was picked, and its parts of variance.

    Attributes:
        covered: whether each interval held what it is about.
        variances: standard deviations of likeness by prompt, by seed, and of the rest.
        parts: the same of a trained character by name: "arm", "prompt", "seed", "rest".
        lowest: the epoch with the lowest held-out loss, of those that were drawn; 0: not known.
    """

    character: str
    arms: tuple[Found, ...]
    picked: int
    covered: tuple[bool, ...] = ()
    variances: tuple[float, float, float] = (0.0, 0.0, 0.0)
    parts: Mapping[str, float] = {}
    lowest: int = 0


@dataclass(frozen=True)
class Plan:
    """The arms of a character: epoch -> what is planted there (from 1)."""

    arms: dict[int, Planted] = field(default_factory=dict)


def plan_for(who: Character) -> Plan:
    """Graded, good and failing arms; how strongly they fail is drawn by lot."""
    rng = random.Random(f"plan {who.name}")
    graded = [Planted(alike, obeys) for alike in (0.5, 0.7, 0.85) for obeys in (0.5, 0.7, 0.9)]
    good = [Planted(rng.uniform(0.92, 1), rng.uniform(0.9, 1)) for _ in range(GOOD)]
    failing = [
        Planted(
            alike=rng.uniform(0.9, 1.0),
            obeys=rng.uniform(0.9, 1.0),
            failure=failure,
            rate=rng.uniform(0.75, 1.0) if failure != "collapse" else rng.uniform(0.3, 0.8),
        )
        for failure in FAILURES
    ]
    return Plan(dict(enumerate([*graded, *good, *failing], 1)))


def study_of(who: Character, epochs: Sequence[int], seeds: Sequence[int] = SEEDS) -> Study:
    """The chooser's own prompts for a character of the world."""
    called = Called(name=who.name, trigger=who.name, class_word=who.kind)
    return Study(
        adapters=tuple(Checkpoint(epoch=e, file=f"{who.name}-{e:06d}.safetensors") for e in epochs),
        strengths=(1.0,),
        prompts=suite_for("storybook").filled(called).race,
        seeds=tuple(seeds),
    )


def tried(who: Character, judges: Judges) -> OfOne:
    """Plant, score, and hold the scores against the truth."""
    ground, plan = Ground.of(who), plan_for(who)
    study = study_of(who, list(plan.arms))
    scores, truths = _scored(ground, plan, study, judges)
    arms = []
    for arm in scores.arms:
        alike, obeyed = truths[arm.epoch]
        arms.append(
            Found(
                character=who.name,
                failure=plan.arms[arm.epoch].failure,
                likeness=arm.likeness,
                alike=alike,
                flexibility=arm.flexibility or 0.0,
                obeyed=obeyed,
                utility=arm.utility,
                low=arm.likeness_interval[0],
                high=arm.likeness_interval[1],
                reason=arm.gates[0].gate if arm.gates else "",
                gates=tuple(gate.gate for gate in arm.gates),
            )
        )
    picked = scores.picks.balanced[0] if scores.picks else 1
    covered, variances = _deep(ground, judges)
    return OfOne(
        character=who.name,
        arms=tuple(arms),
        picked=picked - 1,
        covered=covered,
        variances=variances,
    )


def _deep(ground: Ground, judges: Judges) -> tuple[tuple[bool, ...], tuple[float, float, float]]:
    """One middling arm from many seeds: whether the interval from each two of them holds the mean
    of all, and the standard deviations of likeness by prompt, by seed, and of the rest."""
    study = study_of(ground.who, [1], DEEP)
    scores, _ = _scored(ground, Plan({1: MIDDLING}), study, judges)
    own = [cell for cell in scores.cells if cell.epoch and cell.family != LEAK]
    labels = list(dict.fromkeys(cell.prompt for cell in own))
    values = {(cell.prompt, cell.seed): cell.likeness for cell in own}
    table = np.asarray([[values[label, seed] for seed in DEEP] for label in labels])
    covered = []
    for a, b in combinations(range(len(DEEP)), 2):
        low, high = mean_interval(list(table[:, [a, b]].ravel()))
        covered.append(bool(low <= table.mean() <= high))
    return tuple(covered), components(table)


def components(table: NDArray[np.float64]) -> tuple[float, float, float]:
    """Standard deviations by row, by column and of the rest, of a table crossed without repeats.

    The usual estimates from mean squares (two-way analysis of variance, random effects); what
    would be negative is 0.
    """
    rows, columns = table.shape
    by_row, by_column = table.mean(axis=1), table.mean(axis=0)
    rest = table - by_row[:, None] - by_column[None] + table.mean()
    noise = float((rest**2).sum() / ((rows - 1) * (columns - 1)))
    of_rows = max(0.0, float(by_row.var(ddof=1)) - noise / columns)
    of_columns = max(0.0, float(by_column.var(ddof=1)) - noise / rows)
    return (of_rows**0.5, of_columns**0.5, noise**0.5)


def _scored(
    ground: Ground, plan: Plan, study: Study, judges: Judges
) -> tuple[Scores, dict[int, tuple[float, float]]]:
    """Our scores, and of every arm the true likeness and obedience."""
    drawn = cells(study)
    seen = [
        shown(ground, plan.arms.get(cell.epoch), cell, study.prompt(cell.prompt)) for cell in drawn
    ]
    pictures: list[Pixels] = [one.pixels for one in seen]
    real = RealPictures(training=ground.real(False), held_out=ground.real(True))
    truths = {}
    for epoch in plan.arms:
        own = [
            one
            for one, cell in zip(seen, drawn, strict=True)
            if cell.epoch == epoch and study.prompt(cell.prompt).family != LEAK
        ]
        obeyed = [one.obeyed for one in own if one.obeyed is not None]
        truths[epoch] = (float(np.mean([one.alike for one in own])), float(np.mean(obeyed)))
    return measure(study, pictures, real, judges), truths

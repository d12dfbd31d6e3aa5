"""How often the oracle is right on fresh renders, slot by slot; trains and draws nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from castmates.judging.intervals import share_interval, wilson
from storybook.oracle.asking import asked, asked_of_picture
from storybook.oracle.cutting import Box, overlap
from storybook.oracle.data import CLEAR, Drawn
from storybook.oracle.reading import Answers, Oracle, Person, Reading
from storybook.oracle.settings import Plan
from storybook.oracle.slots import Right

NEAR = 0.3
"""A box that overlaps less with the true one is of somebody else."""
SETS = tuple(
    Plan(which, 150_000_000 + 1_000_000 * i)
    for i, which in enumerate(("quiet", "wide", "several", "unusual"))
)
"""What is measured: seeds that neither training nor the choice of weights has seen."""


@dataclass
class Tally:
    """What was asked, slot by slot, and whether the answer was right; picture by picture too."""

    slots: dict[str, list[bool]] = field(default_factory=dict)
    pictures: list[float] = field(default_factory=list)

    def add(self, found: Sequence[tuple[str, bool]]) -> None:
        """Add all that was asked of one picture."""
        for slot, right in found:
            self.slots.setdefault(slot, []).append(right)
        if found:
            self.pictures.append(float(np.mean([right for _, right in found])))

    @property
    def macro(self) -> float:
        """The mean over slots of the share that is right."""
        return float(np.mean([np.mean(rights) for rights in self.slots.values()]))

    @property
    def micro(self) -> float:
        """The share of everything asked that is right."""
        return float(np.mean([right for rights in self.slots.values() for right in rights]))

    def lines(self) -> Iterator[str]:
        """The figures in words, each with its 95 % interval."""
        if not self.slots:
            return
        low, high = share_interval(self.pictures)
        asked_count = sum(len(rights) for rights in self.slots.values())
        yield (
            f"micro {self.micro:.2%}, macro {self.macro:.2%}; "
            f"by picture {_percent(float(np.mean(self.pictures)), low, high)}; "
            f"{len(self.pictures)} pictures, {asked_count} asked"
        )
        for slot, rights in self.slots.items():
            mean = float(np.mean(rights))
            yield f"  {slot:15} {_percent(mean, *wilson(mean, len(rights)))}, n = {len(rights)}"


def _percent(value: float, low: float, high: float) -> str:
    return f"{100 * value:.1f} % ({100 * low:.1f}-{100 * high:.1f})"


def right_in(answers: Answers, right: Right) -> list[tuple[str, bool]]:
    """(slot, whether the likeliest answer is right) of everything asked."""
    return [(slot, answers.best(slot)[0] in wanted) for slot, wanted in right.items()]


def measure(oracle: Oracle, drawn: Drawn) -> tuple[Tally, float]:
    """Read pictures from beginning to end; the second figure is the mean overlap of boxes, 0..1.

    Of a character that is not found every answer is wrong; of one that others hide (`CLEAR`)
    nothing is asked.
    """
    tally, overlaps = Tally(), []
    readings = oracle.read([np.asarray(image) for image in drawn.images])
    for index, (spec, reading) in enumerate(zip(drawn.specs, readings, strict=True)):
        said = right_in(reading.picture, asked_of_picture(spec))
        boxes = drawn.boxes_in(index)
        everybody = zip(spec.characters, spec.acts, matched(boxes, reading), strict=True)
        for k, (one, act, person) in enumerate(everybody):
            overlaps.append(overlap(boxes[k], person.box) if person else 0.0)
            if drawn.shown[index, k] >= CLEAR:
                said += _said_of(person, asked(one, act, spec.framing))
        tally.add(said)
    return tally, float(np.mean(overlaps or [0.0]))


def _said_of(person: Person | None, right: Right) -> list[tuple[str, bool]]:
    return right_in(person.answers, right) if person else [(slot, False) for slot in right]


def matched(boxes: Sequence[Box], reading: Reading) -> list[Person | None]:
    """For each true box the person that overlaps it most; nobody is taken twice."""
    pairs = [
        (overlap(box, person.box), i, k)
        for i, box in enumerate(boxes)
        for k, person in enumerate(reading.persons)
    ]
    taken: dict[int, int] = {}
    for near, i, k in sorted(pairs, reverse=True):
        if near >= NEAR and i not in taken and k not in taken.values():
            taken[i] = k
    return [reading.persons[taken[i]] if i in taken else None for i in range(len(boxes))]


def told(figures: Mapping[str, tuple[Tally, float]]) -> Iterator[str]:
    """The figures of several sets, in words."""
    for name, (tally, near) in figures.items():
        yield f"{name}: boxes overlap by {near:.1%}"
        yield from (f"  {line}" for line in tally.lines())

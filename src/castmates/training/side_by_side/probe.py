"""What a step of several side by side costs on this machine; leaves nothing behind.

As `training.probe`, with the members' own batches and layers in shared forwards, and one member by
itself for comparison. What k of them cost is taken to lie on the line between the two.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

import torch

from castmates.core.errors import Unfit
from castmates.core.events import Began, Tell, silent
from castmates.training.asking import Work
from castmates.training.latents import encode
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.plan import Plan
from castmates.training.prepare import Material
from castmates.training.probe import MOST_SECONDS, MOST_STEPS, Probe, held, imagined, timed
from castmates.training.side_by_side.together import Together

_ALONE = 2
"""Steps of one by itself, after all others: the network is warm by then."""


@dataclass(frozen=True)
class CastProbe:
    """What was measured.

    Attributes:
        alone: seconds of a step of one member by itself.
        shared: what a round of all costs: `step` and `measuring` are of all together.
        members: how many took part.
    """

    alone: float
    shared: Probe
    members: int

    def step(self, count: int) -> float:
        """Seconds of a round of so many."""
        if self.members == 1:
            return self.shared.step
        share = (count - 1) / (self.members - 1)
        return self.alone + share * (self.shared.step - self.alone)

    def seconds(self, roads: Sequence[Plan], encodings: int) -> float:
        """How long all take: those with fewer steps leave the rounds earlier.

        Args:
            encodings: windows of pictures that are encoded before the first step, of all.
        """
        found = self.shared.encoding * encodings
        before = 0
        ends = sorted(road.steps for road in roads)
        for place, end in enumerate(ends):
            found += (end - before) * self.step(len(ends) - place)
            before = end
        return found + (max(road.epochs for road in roads) + 1) * self.shared.measuring

    def one_by_one(self, roads: Sequence[Plan], encodings: int) -> float:
        """How long they would take one after the other."""
        found = self.shared.encoding * encodings + self.alone * sum(road.steps for road in roads)
        each = self.shared.measuring * self.alone / self.step(self.members)
        return found + sum(road.epochs + 1 for road in roads) * each

    def of_one(self) -> Probe:
        """The shared figures as a single run's, whose time then is its time in the company."""
        return replace(self.shared, step=self.step(self.members))


def probe(of: Sequence[Material], tell: Tell = silent) -> CastProbe:
    """Try the first rounds of all.

    Raises:
        Unfit: the device's memory does not hold one round.
        BadInput: a first picture is broken.
    """
    tell(Began(what=f"trying a few steps of {len(of)} side by side"))
    base = of[0].base
    if base.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(base.device)
    tries: dict[int, _Try] = {}
    with ExitStack() as stack:
        for number, material in enumerate(of):
            learner = Learner(base, material.recipe, f"a probe ({number})")
            stack.callback(learner.leave)
            tries[number] = _try(material, learner)
        try:
            return _tried(tries, of[0])
        except torch.OutOfMemoryError as error:
            raise Unfit(
                f"One step of one member does not fit into the memory of {base.device}.",
                "Take a smaller batch or size: --set batch=1 --set size=512.",
            ) from error


@dataclass(frozen=True)
class _Try:
    learner: Learner
    lessons: Lessons
    frozen: list[Batch]

    def learn(self, step: int) -> Work[float]:
        return self.learner.learning(self.lessons.batches(step), 1.0)

    def measure(self) -> Work[float]:
        return self.learner.measuring(self.frozen[:1])


def _try(material: Material, learner: Learner) -> _Try:
    looks, measured = material.looks(), material.measured()
    channels = len(encode(material.base, looks.items[0], looks.views[0][0]))
    lessons = imagined(material, looks, measured, channels)
    frozen = lessons.frozen([item for item, _ in measured], [view for _, view in measured])
    return _Try(learner, lessons, frozen)


def _tried(tries: Mapping[int, _Try], first: Material) -> CastProbe:
    base, looks = first.base, first.looks()

    def driven(works: Mapping[int, Work[float]]) -> None:
        Together(base, works).run()

    took: list[float] = []
    while len(took) < MOST_STEPS and sum(took) < MOST_SECONDS:
        works = {number: one.learn(len(took)) for number, one in tries.items()}
        took.append(timed(partial(driven, works))[0])
    once, _ = timed(lambda: driven({number: one.measure() for number, one in tries.items()}))
    alone = [
        timed(partial(driven, {0: tries[0].learn(step)}))[0]
        for step in range(_ALONE if sum(took) < MOST_SECONDS else 1)
    ]
    encoding, _ = timed(lambda: encode(base, looks.items[0], looks.views[0][0]))
    most = max(len(one.frozen) for one in tries.values())
    shared = Probe(
        step=median(took[1:] or took),
        measuring=once * most,
        encoding=encoding,
        memory=held(base.device),
        device=str(base.device),
    )
    return CastProbe(median(alone), shared, len(tries))

"""The ways from noise to a picture, one step at a time; knows no network, no text, no adapter.

A sampler is handed `predict(x, level) -> Estimate` and yields the latents after every step. All of
it is done row by row, so that a picture does not depend on what it is drawn beside.

In variance-preserving space Euler's step of k-diffusion is exactly DDIM's with eta 0:
x' = α'·x0 + σ'·ε. The two names differ in the start (DDIM: unit noise; Euler: σ·noise) and, where
the number of steps does not divide 1000, in where a step lands (`Grid.schedule`).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor

from castmates.core.shelf import Shelf
from castmates.drawing.schedule import Grid, Level, Prediction, Schedule


@dataclass(frozen=True)
class Estimate:
    """What the network sees in noisy latents: the clean picture x0, the noise ε; (n, c, h, w)."""

    clean: Tensor
    noise: Tensor


Predict = Callable[[Tensor, Level], Estimate]
Fresh = Callable[[], Tensor]
"""The next unit noise of every row, (n, c, h, w)."""
Walk = Callable[[Predict, Tensor, Schedule, Fresh], Iterator[Tensor]]


@dataclass(frozen=True)
class Sampler:
    """One line of the shelf.

    Attributes:
        written: its name in A1111's infotext.
        walk: the steps; yields the latents after each.
        even: see `Grid.schedule`.
        unit_start: start from unit noise, also where the first level is not pure noise.
    """

    written: str
    walk: Walk
    even: bool = False
    unit_start: bool = False

    def schedule(self, grid: Grid, steps: int) -> Schedule:
        """The steps as this sampler lays them out; raises Unfit as `Grid.schedule` does."""
        return grid.schedule(steps, self.even)

    def start(self, noise: Tensor, schedule: Schedule) -> Tensor:
        """The latents before the first step, from unit noise."""
        return noise if self.unit_start else noise * schedule.steps[0].here.sigma


def read(output: Tensor, x: Tensor, level: Level, prediction: Prediction) -> Estimate:
    """Read a network's output as an estimate (Salimans & Ho 2022, arXiv 2202.00512, appendix D)."""
    if prediction == "epsilon":
        return Estimate((x - level.sigma * output) / level.alpha, output)
    return Estimate(
        level.alpha * x - level.sigma * output,
        level.alpha * output + level.sigma * x,
    )


def straight(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """DDIM with eta 0 (Song et al. 2020, arXiv 2010.02502, eq. 12) and k-diffusion's Euler."""
    del fresh  # deterministic: everything comes from the start
    for step in schedule.steps:
        seen = predict(x, step.here)
        x = step.there.alpha * seen.clean + step.there.sigma * seen.noise
        yield x


def ancestral(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """k-diffusion's Euler ancestral, eta 1: go further down than asked, and add fresh noise."""
    for step in schedule.steps:
        seen = predict(x, step.here)
        wanted = step.there.sigma / step.there.alpha
        # The share of the noise that stays; 1/s is written α/σ, which is 0 for pure noise.
        kept = wanted * step.here.alpha / step.here.sigma
        x = seen.clean + (wanted * kept) * seen.noise
        if wanted > 0.0:
            x = x + wanted * math.sqrt(max(0.0, 1.0 - kept * kept)) * fresh()
        x = step.there.alpha * x
        yield x


def multistep(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """DPM-Solver++(2M) (Lu et al. 2022, arXiv 2211.01095, algorithm 2), as in k-diffusion."""
    del fresh  # deterministic: everything comes from the start
    before: Tensor | None = None
    stride_before = math.inf
    for step in schedule.steps:
        here, there = step.here, step.there
        clean = predict(x, here).clean
        stride = there.log_snr - here.log_snr
        target = clean
        # The first step has no past, the last lands on the clean picture itself, and a stride
        # from pure noise is infinite: its weight in the straight line through both is zero.
        if before is not None and math.isfinite(stride) and math.isfinite(stride_before):
            lean = stride / (2.0 * stride_before)
            target = (1.0 + lean) * clean - lean * before
        kept = there.sigma / here.sigma
        x = kept * x + (there.alpha - kept * here.alpha) * target
        before, stride_before = clean, stride
        yield x


DDIM = Sampler("DDIM", straight, even=True, unit_start=True)
EULER = Sampler("Euler", straight)
EULER_A = Sampler("Euler a", ancestral)
DPM_2M = Sampler("DPM++ 2M", multistep)

SAMPLERS: Shelf[Sampler] = Shelf(
    "samplers",
    {
        "ddim": "castmates.drawing.samplers:DDIM",
        "euler": "castmates.drawing.samplers:EULER",
        "euler a": "castmates.drawing.samplers:EULER_A",
        "dpm++ 2m": "castmates.drawing.samplers:DPM_2M",
    },
)

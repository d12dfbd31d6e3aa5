"""The ways from noise to a picture, one step at a time; knows no network, no text, no adapter.

A sampler is handed `predict(x, level) -> Estimate` and yields the latents after every step. All of
it is done row by row, so that a picture does not depend on what it is drawn beside.

In variance-preserving space Euler's step of k-diffusion is exactly DDIM's with eta 0:
x' = α'·x0 + σ'·ε. The two names differ in the start (DDIM: unit noise; Euler: σ·noise) and, where
the number of steps does not divide 1000, in where a step lands (`Grid.schedule`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from torch import Tensor

from castmates.core.shelf import Shelf
from castmates.drawing.layouts import laid_out
from castmates.drawing.sampler_names import TRAILING
from castmates.drawing.schedule import Grid, Schedule
from castmates.drawing.walking import Estimate, Fresh, Predict, Walk, read

__all__ = ["SAMPLERS", "Estimate", "Predict", "Sampler", "read"]

Noise = Literal["none", "stream", "path"]


@dataclass(frozen=True)
class Sampler:
    """One line of the shelf.

    Attributes:
        written: its name in A1111's infotext.
        walk: the steps; yields the latents after each.
        noise: what it adds on the way: nothing, the next numbers of each picture's stream, or
            those of its Brownian path (`castmates.drawing.brownian`).
        per_step: calls of the network a step, as A1111 counts them: schedules in prompts name
            calls. A step from or to an end may make one less.
        automatic: the layout that A1111 gives it where nobody says otherwise.
        discards: see `castmates.drawing.layouts.laid_out`.
        even: see `Grid.schedule`.
        unit_start: start from unit noise, also where the first level is not pure noise.
    """

    written: str
    walk: Walk
    noise: Noise = "none"
    per_step: int = 1
    automatic: str = "normal"
    discards: bool = False
    even: bool = False
    unit_start: bool = False

    def schedule(self, grid: Grid, steps: int, layout: str = TRAILING) -> Schedule:
        """The steps in a layout of `castmates.drawing.layouts`; raises Unfit as it does."""
        if layout == TRAILING:
            return grid.schedule(steps, self.even)
        return laid_out(grid, layout, steps, self.discards)

    def calls(self, schedule: Schedule) -> int:
        """How often the network is called."""
        if self.per_step == 1:
            return len(schedule.steps)
        # The last step, to the clean picture, and one from pure noise have nothing in between.
        single = sum(step.there.sigma == 0.0 or step.here.alpha == 0.0 for step in schedule.steps)
        return self.per_step * len(schedule.steps) - single

    def start(self, noise: Tensor, schedule: Schedule) -> Tensor:
        """The latents before the first step, from unit noise."""
        return noise if self.unit_start else noise * schedule.steps[0].here.sigma


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
            x = x + wanted * math.sqrt(max(0.0, 1.0 - kept * kept)) * fresh(step.here, step.there)
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


DDIM = Sampler("DDIM", straight, automatic="ddim", even=True, unit_start=True)
EULER = Sampler("Euler", straight)
EULER_A = Sampler("Euler a", ancestral, noise="stream")
DPM_2M = Sampler("DPM++ 2M", multistep, automatic="karras")

_here, _stochastic, _twice = (
    f"castmates.drawing.{module}" for module in ("samplers", "stochastic", "twice")
)
SAMPLERS: Shelf[Sampler] = Shelf(
    "samplers",
    {
        "ddim": f"{_here}:DDIM",
        "dpm++ 2m": f"{_here}:DPM_2M",
        "dpm++ 2m sde": f"{_stochastic}:DPM_2M_SDE",
        "dpm++ 2m sde heun": f"{_stochastic}:DPM_2M_SDE_HEUN",
        "dpm++ 2s a": f"{_twice}:DPM_2S_A",
        "dpm++ 3m sde": f"{_stochastic}:DPM_3M_SDE",
        "dpm++ sde": f"{_twice}:DPM_SDE",
        "dpm2": f"{_twice}:DPM2",
        "dpm2 a": f"{_twice}:DPM2_A",
        "euler": f"{_here}:EULER",
        "euler a": f"{_here}:EULER_A",
        "heun": f"{_twice}:HEUN",
        "lcm": "castmates.drawing.consistency:LCM",
        "unipc": "castmates.drawing.unipc:UNIPC",
    },
)

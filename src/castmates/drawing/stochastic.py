"""DPM-Solver++ for the SDE with one call a step, second and third order; knows no network.

Rules of k-diffusion (Lu et al. 2022, arXiv 2211.01095, section 6), eta 1. Notation: D the clean
estimate now, D1 and D2 those before; h = ln(s/q), h1, h2 the strides before; H = 2h.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial

from torch import Tensor

from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Level, Schedule
from castmates.drawing.walking import Fresh, Predict

History = list[tuple[float, Tensor]]
"""(stride, clean estimate) of the calls before, the newest first."""
Correct = Callable[[float, Tensor, History], Tensor | float]
"""What an order above the first adds to a step, from its stride, its estimate and those before."""


def multistep_sde(
    predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh, *, correct: Correct
) -> Iterator[Tensor]:
    """x/α → exp(-H)·x/α + (1 - exp(-H))·D + a correction + q·√(1 - exp(-2h))·z."""
    before: History = []
    for step in schedule.steps:
        here, there = step.here, step.there
        clean = predict(x, here).clean
        if there.sigma == 0.0:
            x = clean
        else:
            stride = there.log_snr - here.log_snr
            added = correct(stride, clean, before) if math.isfinite(stride) else 0.0
            x = _decayed(x, here, there) + there.alpha * (_share(stride) * clean + added)
            x = x + there.sigma * math.sqrt(_share(stride)) * fresh(here, there)
            before = [(stride, clean), *before[:1]]
        yield x


def _decayed(x: Tensor, here: Level, there: Level) -> Tensor:
    """α'·exp(-H)·x/α; exp(-h) is q/s, which is 0 from pure noise."""
    return (there.sigma / here.sigma) * (there.ratio / here.ratio) * x


def _share(stride: float) -> float:
    """1 - exp(-2h)."""
    return -math.expm1(-2.0 * stride)


def midpoint(stride: float, clean: Tensor, before: History) -> Tensor | float:
    """½(1 - exp(-H))·(D - D1)·h/h1."""
    if not before:
        return 0.0
    (earlier, first), *_ = before
    return (0.5 * _share(stride) * stride / earlier) * (clean - first)


def heuns(stride: float, clean: Tensor, before: History) -> Tensor | float:
    """(1 - (1 - exp(-H))/H)·(D - D1)·h/h1."""
    if not before:
        return 0.0
    (earlier, first), *_ = before
    return (_phi_2(stride) * stride / earlier) * (clean - first)


def third(stride: float, clean: Tensor, before: History) -> Tensor | float:
    """φ2·P - φ3·Q: the second order's slope, and the curve's; φ3 falls to 0 with the stride.

    diffusers 0.42 has -φ3 - 1 for -φ3: its pictures keep too much noise.
    """
    if len(before) < 2:
        return heuns(stride, clean, before)
    (h1, first), (h2, second) = before
    # A stride from pure noise is infinite: its slope is 0, and counts for nothing.
    r0, r1 = h1 / stride, h2 / stride
    near, far = (clean - first) / r0, (first - second) / r1
    slope = near + (near - far) * (r0 / (r0 + r1))
    phi_2 = _phi_2(stride)
    phi_3 = phi_2 / (2.0 * stride) - 0.5
    return phi_2 * slope - (phi_3 / (r0 + r1)) * (near - far)


def _phi_2(stride: float) -> float:
    """1 - (1 - exp(-H))/H."""
    return 1.0 - _share(stride) / (2.0 * stride)


DPM_2M_SDE = Sampler(
    "DPM++ 2M SDE", partial(multistep_sde, correct=midpoint), noise="path", automatic="exponential"
)
DPM_2M_SDE_HEUN = Sampler(
    "DPM++ 2M SDE Heun",
    partial(multistep_sde, correct=heuns),
    noise="path",
    automatic="exponential",
)
DPM_3M_SDE = Sampler(
    "DPM++ 3M SDE",
    partial(multistep_sde, correct=third),
    noise="path",
    automatic="exponential",
    discards=True,
)

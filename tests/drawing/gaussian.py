"""Pictures whose numbers are N(MEAN, SPREAD²): everything about them is known exactly."""

from __future__ import annotations

import math
from collections.abc import Iterator

import torch
from torch import Tensor

from castmates.drawing.brownian import Path
from castmates.drawing.samplers import SAMPLERS, Estimate
from castmates.drawing.schedule import Grid, Level, Schedule
from castmates.drawing.walking import Fresh

MEAN, SPREAD = 0.7, 0.5


def alphas(zero_snr: bool = False) -> Tensor:
    """SD 1.x' noise levels; optionally with zero terminal SNR."""
    betas = torch.linspace(0.00085**0.5, 0.012**0.5, 1000, dtype=torch.float64) ** 2
    shares = (1.0 - betas).cumprod(0)
    if zero_snr:
        roots = shares.sqrt()
        shares = ((roots - roots[-1]) * (roots[0] / (roots[0] - roots[-1]))) ** 2
    return shares


def seen(x: Tensor, level: Level) -> Estimate:
    """The exact denoiser."""
    total = (level.alpha * SPREAD) ** 2 + level.sigma**2
    clean = MEAN + level.alpha * SPREAD**2 / total * (x - level.alpha * MEAN)
    return Estimate(clean, (x - level.alpha * clean) / level.sigma)


def flowed(x: Tensor, here: Level, there: Level) -> Tensor:
    """Where the probability flow leads from one level to another."""

    def spread(level: Level) -> float:
        return math.hypot(level.alpha * SPREAD, level.sigma)

    return there.alpha * MEAN + spread(there) / spread(here) * (x - here.alpha * MEAN)


def at(level: Level, count: int, seed: int) -> Tensor:
    """Exact noisy pictures of a level, (1, 1, 1, count) float64."""
    numbers = torch.Generator().manual_seed(seed)
    unit = torch.randn(1, 1, 1, count, generator=numbers, dtype=torch.float64)
    return level.alpha * MEAN + math.hypot(level.alpha * SPREAD, level.sigma) * unit


def walked(name: str, schedule: Schedule, x: Tensor, seed: int = 7) -> Iterator[Tensor]:
    """The states of a sampler that sees exactly."""
    return SAMPLERS.take(name).walk(seen, x, schedule, fresh_of(name, schedule, x, seed))


def fresh_of(name: str, schedule: Schedule, x: Tensor, seed: int) -> Fresh:
    """Noise as this sampler wants it."""
    numbers = torch.Generator().manual_seed(seed)
    ratios = [step.here.ratio for step in schedule.steps if step.here.alpha > 0.0] or [1.0]
    end = 2.0 * ratios[0]
    path = Path(seed, tuple(x.shape), ratios[-1], end)

    def along(here: Level, there: Level) -> Tensor:
        return torch.from_numpy(path.unit(there.ratio, min(end, here.ratio))).double()

    def independent(here: Level, there: Level) -> Tensor:
        return torch.randn(x.shape, generator=numbers, dtype=torch.float64)

    return along if SAMPLERS.take(name).noise == "path" else independent


def grid(zero_snr: bool = False) -> Grid:
    return Grid(alphas(zero_snr), "v_prediction")

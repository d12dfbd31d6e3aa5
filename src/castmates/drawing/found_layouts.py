"""Layouts of noise levels that others found by trying or by theory; knows no sampler, no network.

As A1111 1.10 lays them out. `beta` puts the levels where the quantiles of a beta distribution are,
close together at both ends (Lee et al. 2024, arXiv 2407.12173); `kl optimal` makes the angles
arctan σ even (Sabour et al. 2024, arXiv 2404.14507, section on Gaussians) and ends at the least
noise, not at a clean picture; `turbo` is Forge's for distilled bases, `lcm` the LCM sampler's own.
"""

from __future__ import annotations

import math

import numpy as np

from castmates.drawing.schedule import Grid, Level

SHAPE = 0.6
"""Both parameters of A1111's beta distribution."""
TAUGHT = 50
"""So many of a base's timesteps were seen when it was distilled by LCM."""


def beta(grid: Grid, steps: int) -> list[Level]:
    """σ = σmin + q·(σmax - σmin) at the quantiles q of even shares from 1 to 0."""
    low, high = float(grid.ratios[0]), float(grid.ratios[-1])
    shares = np.linspace(1.0, 0.0, steps).tolist()
    return [grid.at(low + quantile(share, SHAPE, SHAPE) * (high - low)) for share in shares]


def kl_optimal(grid: Grid, steps: int) -> list[Level]:
    """σ = tan of steps + 1 even angles; the last is only landed on."""
    low, high = math.atan(grid.ratios[0]), math.atan(grid.ratios[-1])
    return [grid.at(math.tan(angle)) for angle in np.linspace(high, low, steps + 1).tolist()]


def turbo(grid: Grid, steps: int) -> list[Level]:
    """Whole timesteps k·1000/n - 1, from the last."""
    trained = len(grid.ratios)
    times = [round(k * trained / steps - 1.0) for k in range(steps, 0, -1)]
    return [grid.at(float(grid.ratios[t])) for t in times]


def lcm(grid: Grid, steps: int) -> list[Level]:
    """Timesteps evenly from the last to the first that was taught (19 of 1000).

    A1111 interpolates σ among the taught ones alone, which hardly differs.
    """
    trained = len(grid.ratios)
    return [grid.between(t) for t in np.linspace(trained - 1, trained // TAUGHT - 1, steps)]


def quantile(share: float, a: float, b: float) -> float:
    """Where a beta distribution has this share (0 to 1) to its left, to 1e-15."""
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2.0
        low, high = (middle, high) if _left(middle, a, b) < share else (low, middle)
    return (low + high) / 2.0 if 0.0 < share < 1.0 else share


def _left(x: float, a: float, b: float) -> float:
    """The regularized incomplete beta function (DLMF 8.17.22), from the side where it converges."""
    if x > (a + 1.0) / (a + b + 2.0):
        return 1.0 - _left(1.0 - x, b, a)
    if x == 0.0:
        return 0.0
    whole = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b)
    front = math.exp(whole + a * math.log(x) + b * math.log1p(-x)) / a
    return front / _fraction(x, a, b)


def _fraction(x: float, a: float, b: float) -> float:
    """1 + d1/(1 + d2/(1 + …)), from its far end."""
    value = 1.0
    for n in range(200, 0, -1):
        m = n // 2
        top = m * (b - m) if n % 2 == 0 else -(a + m) * (a + b + m)
        value = 1.0 + top * x / ((a + n - 1.0) * (a + n)) / value
    return value

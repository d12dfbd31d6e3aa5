"""What every way from noise to a picture is made of; knows no particular one.

States are variance-preserving: x = α·x0 + σ·ε. k-diffusion's rules are written for x/α and s = σ/α;
each is turned into this space where it stands, so that pure noise (s = ∞) is a level like others.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from torch import Tensor

from castmates.drawing.schedule import Level, Prediction, Schedule


@dataclass(frozen=True)
class Estimate:
    """What the network sees in noisy latents: the clean picture x0, the noise ε; (n, c, h, w)."""

    clean: Tensor
    noise: Tensor


Predict = Callable[[Tensor, Level], Estimate]
Fresh = Callable[[Level, Level], Tensor]
"""Unit noise of every row for a step between two levels, (n, c, h, w)."""
Walk = Callable[[Predict, Tensor, Schedule, Fresh], Iterator[Tensor]]


def read(output: Tensor, x: Tensor, level: Level, prediction: Prediction) -> Estimate:
    """Read a network's output as an estimate (Salimans & Ho 2022, arXiv 2202.00512, appendix D)."""
    if prediction == "epsilon":
        return Estimate((x - level.sigma * output) / level.alpha, output)
    if prediction == "flow":
        return Estimate(x - level.sigma * output, x + level.alpha * output)
    return Estimate(
        level.alpha * x - level.sigma * output,
        level.alpha * output + level.sigma * x,
    )


def towards(x: Tensor, clean: Tensor, here: Level, there: Level) -> Tensor:
    """The first-order step x/α → (q/s)·x/α + (1 - q/s)·D: Euler's, DDIM's and DPM-Solver++'s."""
    kept = there.sigma / here.sigma
    return kept * x + (there.alpha - kept * here.alpha) * clean


def split(here: Level, there: Level) -> tuple[float, float]:
    """How an ancestral step from s to q is divided, eta 1: how far down, and noise added, in σ/α.

    up = √(q²(s²-q²)/s²), down = √(q²-up²) = q²/s.
    """
    share = there.ratio / here.ratio
    return there.ratio * share, there.ratio * math.sqrt(max(0.0, 1.0 - share * share))


def raised(x: Tensor, at: Level, there: Level, added: float, noise: Tensor) -> Tensor:
    """State x at one level, with σ/α's worth of noise added, as a state of a higher level."""
    return there.alpha * (x / at.alpha + added * noise)

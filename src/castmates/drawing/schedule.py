"""Which noise levels a picture passes through; knows no sampler and no network.

Everything lives in variance-preserving space: x = α·x0 + σ·ε with α = √ᾱ and σ = √(1−ᾱ). The
variance-exploding σ of k-diffusion is σ/α here. In this space a first level of pure noise (α = 0,
"zero terminal SNR", Lin et al. 2023, arXiv 2305.08891) is a level like any other.

Levels of a flow (Lipman et al. 2022, arXiv 2210.02747) have α = 1 - s and σ = s instead: the same
states, scaled to α + σ = 1. The samplers' rules hold for both, for σ/α is all that they are about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from castmates.core.errors import Unfit

Spacing = Literal["trailing", "leading"]
Prediction = Literal["epsilon", "v_prediction", "flow"]

LEAST_SHARE = 4.8973451890853435e-08
"""The least ᾱ in schedules that are laid out by σ."""


@dataclass(frozen=True)
class Level:
    """One noise level: the network's timestep (0..999, between two of them too), α and σ."""

    t: float
    alpha: float
    sigma: float

    @property
    def ratio(self) -> float:
        """σ/α: k-diffusion's σ; inf for pure noise, 0 for a clean picture."""
        return math.inf if self.alpha == 0.0 else self.sigma / self.alpha

    @property
    def log_snr(self) -> float:
        """λ = ln(α/σ); -inf for pure noise, inf for a clean picture."""
        if self.alpha == 0.0:
            return -math.inf
        return math.inf if self.sigma == 0.0 else math.log(self.alpha / self.sigma)


CLEAN = Level(t=0, alpha=1.0, sigma=0.0)


@dataclass(frozen=True)
class Step:
    """One call of the network, `here`, and the level that the sampler lands on, `there`."""

    here: Level
    there: Level


@dataclass(frozen=True)
class Schedule:
    """The steps of one picture from noise to clean, and how the network's output is to be read.

    Attributes:
        grid: where levels between those of the steps come from.
    """

    steps: tuple[Step, ...]
    prediction: Prediction
    grid: Grid

    def at(self, ratio: float) -> Level:
        """The level of a σ/α between those of the steps."""
        return self.grid.at(ratio)


@dataclass(frozen=True)
class Grid:
    """How a base's noise levels are laid out.

    Attributes:
        alphas_cumprod: ᾱ of the 1000 training timesteps, falling; the last may be 0.
        prediction: what the network predicts.
        spacing: "trailing" starts at the last timestep (needed for zero terminal SNR); "leading"
            is the older convention of SD 1.x, offset 1.
        shift: of a flow, how far its levels lean to the noise (`families.facts.Flow`).
    """

    alphas_cumprod: Tensor
    prediction: Prediction
    spacing: Spacing = "trailing"
    shift: float = 1.0

    def level(self, t: int) -> Level:
        """The level of one training timestep."""
        share = float(self.alphas_cumprod[t])
        return Level(t, *self._scaled(math.sqrt(share), math.sqrt(max(0.0, 1.0 - share))))

    def schedule(self, steps: int, even: bool = False) -> Schedule:
        """The levels for a number of steps (1 to 1000).

        Args:
            steps: calls of the network.
            even: land at t - 1000 // steps after each call, as DDIM is published and as diffusers
                does it, even where the next call's timestep is rounded to another one. Otherwise
                every step lands on the next call's level, and the last on a clean picture.

        Raises:
            Unfit: the base predicts the noise and the first level is pure noise, where that
                prediction says nothing about the picture.
        """
        if self.prediction == "flow":
            even_levels = np.linspace(1.0, 1.0 / steps, steps)
            levels = [self._flowing(self._shifted(s)) for s in even_levels.tolist()]
            return self.through(levels, [*levels[1:], CLEAN])
        times = timesteps(steps, self.spacing, len(self.alphas_cumprod))
        levels = [self.level(t) for t in times]
        landings = [*levels[1:], CLEAN]
        if even:
            landings = [self._even_landing(t, steps) for t in times]
        return self.through(levels, landings)

    def through(self, levels: Sequence[Level], landings: Sequence[Level]) -> Schedule:
        """The schedule that calls the network at `levels`, each landing on its neighbour.

        Raises:
            Unfit: as `schedule`.
        """
        if self.prediction == "epsilon" and levels[0].alpha ** 2 < 2.0 * LEAST_SHARE:
            raise Unfit(
                "The base predicts noise (epsilon), but its noise levels begin at pure noise.",
                "Set prediction_type to v_prediction in its scheduler_config.json, "
                "or rescale_betas_zero_snr to false.",
            )
        return Schedule(tuple(map(Step, levels, landings)), self.prediction, self)

    @cached_property
    def ratios(self) -> NDArray[np.float64]:
        """σ/α of the training timesteps, rising and finite (k-diffusion's table of sigmas)."""
        # A1111 and ComfyUI put this number for a share of 0 (σ 4518), of which no σ can be told.
        share = np.maximum(self.alphas_cumprod.double().numpy(), LEAST_SHARE)
        found: NDArray[np.float64] = np.sqrt((1.0 - share) / share)
        return found

    def at(self, ratio: float) -> Level:
        """The level of any σ/α; its timestep lies between two of the training's, by log σ."""
        if ratio == 0.0:
            return CLEAN
        if self.prediction == "flow":
            return self._flowing(1.0 if math.isinf(ratio) else ratio / (1.0 + ratio))
        t = np.interp(math.log(ratio), np.log(self.ratios), np.arange(len(self.ratios)))
        return Level(float(t), *parted(ratio))

    def between(self, t: float) -> Level:
        """The level of any timestep: log σ is linear between two of the training's."""
        ratio = math.exp(np.interp(t, np.arange(len(self.ratios)), np.log(self.ratios)))
        return Level(float(t), *self._scaled(*parted(ratio)))

    def _flowing(self, s: float) -> Level:
        """The level of a flow's s; its last timestep is pure noise."""
        return Level(len(self.alphas_cumprod) * s - 1.0, 1.0 - s, s)

    def _shifted(self, s: float) -> float:
        return self.shift * s / (1.0 + (self.shift - 1.0) * s)

    def _scaled(self, alpha: float, sigma: float) -> tuple[float, float]:
        """α and σ with α² + σ² = 1 as they are in this base's states."""
        if self.prediction != "flow":
            return alpha, sigma
        return alpha / (alpha + sigma), sigma / (alpha + sigma)

    def _even_landing(self, t: int, steps: int) -> Level:
        earlier = t - len(self.alphas_cumprod) // steps
        if earlier >= 0:
            return self.level(earlier)
        # diffusers' `set_alpha_to_one`: true beside trailing spacing, false in SD 1.x' own files.
        return CLEAN if self.spacing == "trailing" else self.level(0)


def parted(ratio: float) -> tuple[float, float]:
    """α and σ of a finite σ/α: α² + σ² = 1."""
    alpha = 1.0 / math.hypot(1.0, ratio)
    return alpha, ratio * alpha


def timesteps(steps: int, spacing: Spacing, trained: int = 1000) -> list[int]:
    """The timesteps of the network's calls, falling (Lin et al. 2023, table 2).

    Computed in float64 by the same operations as in diffusers, so that ties round alike.
    """
    if spacing == "trailing":
        times = np.round(np.arange(trained, 0, -trained / steps))[:steps] - 1
    else:
        times = np.arange(0, steps)[::-1] * (trained // steps) + 1
    return [min(int(t), trained - 1) for t in times]

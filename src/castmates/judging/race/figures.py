"""What readings say of arms: utility, paired differences, intervals; draws and chooses nothing.

The unit is the **prompt**: seeds of one prompt are not independent evidence. All arms of a table
were looked at with the same prompts and seeds (common random numbers), so differences are paired
prompt by prompt. The utility is a ratio of means, so its intervals come from leaving out one
prompt at a time (J. W. Tukey's jackknife, 1958: pseudo-values with Student's t), which on a plain
mean is exactly the t interval over prompts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import exp, lgamma, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

from castmates.core.types import Value
from castmates.judging.intervals import Interval, mean_interval, share_interval
from castmates.judging.race.arms import Arm
from castmates.judging.utility import SATURATES

Floats = NDArray[np.float64]


class Reading(Value):
    """What was read from one picture.

    Attributes:
        obedience: 1 where all is there that the base would draw, 0 where nothing is; single
            pictures may lie beyond. None: its prompt asks for nothing that can be checked.
    """

    epoch: int
    strength: float
    prompt: str
    seed: int
    likeness: float
    obedience: float | None = None

    @property
    def arm(self) -> Arm:
        """Whose picture it is."""
        return Arm(self.epoch, self.strength)


class Standing(Value):
    """An arm's means with 95 % intervals over `prompts` prompts and `pictures` pictures."""

    epoch: int
    strength: float
    prompts: int
    pictures: int
    utility: float
    utility_interval: Interval
    likeness: float
    likeness_interval: Interval
    obedience: float | None
    obedience_interval: Interval

    @property
    def arm(self) -> Arm:
        """Who stands so."""
        return Arm(self.epoch, self.strength)


def utility(likeness: Floats, obedience: Floats, saturates: float = SATURATES) -> Floats:
    """`judging.utility.worth` of many arms at once, in the shape that both are given in.

    Where obedience is not a number (nothing was asked), the saturated likeness.
    """
    alike = np.clip(likeness, 0.0, saturates)
    obedient = np.clip(obedience, 0.0, 1.0)
    both = np.where((alike > 0) & (obedient > 0), alike + obedient, 1.0)
    mean = 2 * alike * obedient / both
    return np.asarray(np.where(np.isnan(obedience), alike, mean), dtype=np.float64)


@dataclass(frozen=True)
class Table:
    """Arms looked at with the same cells.

    Attributes:
        arms: the rows.
        prompts: the prompts' labels, each once.
        likeness, obedience: (arms, prompts), means over each prompt's seeds; obedience is nan where
            nothing was asked.
        pictures: cells of each arm.
    """

    arms: tuple[Arm, ...]
    prompts: tuple[str, ...]
    likeness: Floats
    obedience: Floats
    pictures: int

    @classmethod
    def of(cls, readings: Sequence[Reading]) -> Table:
        """Readings as a table. Raises ValueError where an arm lacks a cell that another has."""
        arms = tuple(dict.fromkeys(reading.arm for reading in readings))
        prompts = tuple(dict.fromkeys(reading.prompt for reading in readings))
        cells = tuple(dict.fromkeys((reading.prompt, reading.seed) for reading in readings))
        if len(readings) != len(arms) * len(cells):
            raise ValueError(f"{len(readings)} readings of {len(arms)} arms, {len(cells)} cells")
        rows = {arm: i for i, arm in enumerate(arms)}
        columns = {prompt: i for i, prompt in enumerate(prompts)}
        total = np.zeros((2, len(arms), len(prompts)))
        count = np.zeros((2, len(arms), len(prompts)))
        for reading in readings:
            place = (rows[reading.arm], columns[reading.prompt])
            total[0][place] += reading.likeness
            count[0][place] += 1
            if reading.obedience is not None:
                total[1][place] += reading.obedience
                count[1][place] += 1
        with np.errstate(invalid="ignore"):
            likeness, obedience = total / np.where(count > 0, count, np.nan)
        return cls(arms, prompts, likeness, obedience, len(cells))

    @cached_property
    def utilities(self) -> Floats:
        """(arms,)"""
        return utility(self.likeness.mean(axis=1), _mean_asked(self.obedience))

    @cached_property
    def pseudo(self) -> Floats:
        """Each prompt's share in each arm's utility: (arms, prompts); their mean is the jackknife
        estimate."""
        count = len(self.prompts)
        if count < 2:
            return self.utilities[:, None]
        left_out = np.stack(
            [
                utility(
                    np.delete(self.likeness, p, axis=1).mean(axis=1),
                    _mean_asked(np.delete(self.obedience, p, axis=1)),
                )
                for p in range(count)
            ],
            axis=1,
        )
        return np.asarray(count * self.utilities[:, None] - (count - 1) * left_out)

    def differences(self, other: Arm, level: float = 0.05) -> tuple[Floats, Floats]:
        """Each arm's utility less another's, and half its two-sided interval: (arms,), (arms,)."""
        row = self.arms.index(other)
        apart = self.pseudo - self.pseudo[row]
        count = len(self.prompts)
        if count < 2:
            return self.utilities - self.utilities[row], np.full(len(self.arms), np.inf)
        error = apart.std(axis=1, ddof=1) / sqrt(count)
        return self.utilities - self.utilities[row], student(level, count - 1) * error

    def spread(self) -> tuple[float, float]:
        """How far arms really lie apart, and how well that can be seen.

        Returns:
            The range of the utilities after taking off what noise alone explains (shrunken by
            tau² / (tau² + error²), an empirical Bayes estimate), and the error of one utility once
            what all arms share is taken off.
        """
        arms, prompts = self.pseudo.shape
        if arms < 2 or prompts < 2:
            return 0.0, float("inf")
        rest = self.pseudo - self.pseudo.mean(axis=0) - self.pseudo.mean(axis=1, keepdims=True)
        rest += self.pseudo.mean()
        error2 = float((rest**2).sum()) / ((arms - 1) * (prompts - 1)) / prompts
        between = float(self.utilities.var(ddof=1))
        tau2 = max(0.0, between - error2)
        kept = tau2 / between if between > 0 else 0.0
        return kept * float(np.ptp(self.utilities)), sqrt(error2)

    def standing(self, arm: Arm) -> Standing:
        """One arm's means with their intervals over prompts."""
        row = self.arms.index(arm)
        alike, asked = self.likeness[row], self.obedience[row]
        asked = asked[~np.isnan(asked)]
        value = float(self.utilities[row])
        low, high = mean_interval([float(v) for v in self.pseudo[row]])
        alike_low, alike_high = mean_interval([float(v) for v in alike])
        obedience = [_clipped(float(v)) for v in asked]
        return Standing(
            epoch=arm.epoch,
            strength=arm.strength,
            prompts=len(self.prompts),
            pictures=self.pictures,
            utility=value,
            utility_interval=(_clipped(min(low, value)), _clipped(max(high, value))),
            likeness=_clipped(float(alike.mean())),
            likeness_interval=(_clipped(alike_low), _clipped(alike_high)),
            obedience=float(np.mean(obedience)) if obedience else None,
            obedience_interval=share_interval(obedience) if obedience else (0.0, 1.0),
        )


def student(level: float, degrees: int) -> float:
    """Student's t, two-sided: exceeded in size with probability `level`.

    Args:
        level: 0..1. degrees: of freedom, >= 1.

    By bisection on the tail probability, which is integrated over the angle θ of t = √ν tan θ.
    """
    low, high = 0.0, 10.0
    while _tails(high, degrees) > level:
        high *= 4
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _tails(middle, degrees) > level else (low, middle)
    return (low + high) / 2


def _tails(value: float, degrees: int) -> float:
    """P(|t| > value): 2 c ∫ cos^(ν-1) θ dθ from arctan(value / √ν) to π/2."""
    start = np.arctan(value / sqrt(degrees))
    nodes, weights = np.polynomial.legendre.leggauss(48)
    angles = start + (pi / 2 - start) * (nodes + 1) / 2
    area = float((weights * np.cos(angles) ** (degrees - 1)).sum()) * (pi / 2 - start) / 2
    scale = exp(lgamma((degrees + 1) / 2) - lgamma(degrees / 2) - 0.5 * log(pi))
    return float(2 * scale * area)


def _mean_asked(obedience: Floats) -> Floats:
    """Means over the prompts that asked for something; nan where none did."""
    asked = ~np.isnan(obedience)
    count = asked.sum(axis=1)
    total = np.where(asked, obedience, 0.0).sum(axis=1)
    return np.asarray(np.where(count > 0, total / np.maximum(count, 1), np.nan))


def _clipped(value: float) -> float:
    return min(1.0, max(0.0, value))

"""How sure a mean is: intervals that stay honest with few pictures; knows no study.

The units are (prompt, seed) pairs. Percentile bootstrap intervals alone are too narrow for few
units (they cannot leave the range of the data: with 4 units they hold the truth in at most 88 %,
not 95 %), so each side takes the wider of bootstrap and Student's t. Shares take Wilson's interval
as well: to a bootstrap, "4 of 4" would be certain.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Interval = tuple[float, float]

DRAWS = 2000

# Student's t, two-sided 95 %, for 1..30 degrees of freedom.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228,
    2.201, 2.179, 2.160, 2.145, 2.131, 2.120, 2.110, 2.101, 2.093, 2.086,
    2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip


def mean_interval(values: Sequence[float], draws: int = DRAWS, seed: int = 0) -> Interval:
    """The 95 % interval of the mean of these units.

    Args:
        values: one number a unit; at least one.
        draws: bootstrap samples.
        seed: of the resampling; the same values give the same interval, always.

    Returns:
        (low, high); a single unit says nothing about its spread: (-inf, inf).
    """
    units = np.asarray(values, dtype=np.float64)
    count = len(units)
    if count < 2:
        return (float("-inf"), float("inf"))
    picks = np.random.default_rng(seed).integers(0, count, size=(draws, count))
    low, high = np.quantile(units[picks].mean(axis=1), [0.025, 0.975])
    half = quantile_t(count - 1) * units.std(ddof=1) / count**0.5
    return (float(min(low, units.mean() - half)), float(max(high, units.mean() + half)))


def share_interval(values: Sequence[float], draws: int = DRAWS, seed: int = 0) -> Interval:
    """The 95 % interval of a share, from units in 0..1: `mean_interval` and Wilson, the wider."""
    low, high = mean_interval(values, draws, seed)
    wilson_low, wilson_high = wilson(float(np.mean(values)), len(values))
    return (max(0.0, min(low, wilson_low)), min(1.0, max(high, wilson_high)))


def quantile_t(degrees: int) -> float:
    """Student's t, two-sided 95 %; beyond the table its first terms (within .001)."""
    return _T[degrees - 1] if degrees <= len(_T) else 1.96 + 2.37 / degrees + 2.8 / degrees**2


def wilson(share: float, count: int) -> Interval:
    """Wilson's 95 % score interval for a share seen in `count` trials (E. B. Wilson, 1927)."""
    z2 = 1.96**2
    middle = (share + z2 / (2 * count)) / (1 + z2 / count)
    half = (z2 * (share * (1 - share) / count + z2 / (4 * count**2))) ** 0.5 / (1 + z2 / count)
    return (max(0.0, middle - half), min(1.0, middle + half))

"""A share with its interval, as every figure here is told; knows not of what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.judging.intervals import share_interval, wilson


@dataclass(frozen=True)
class Share:
    """A mean share 0..1 of `count` observations, with its 95 % interval."""

    value: float
    low: float
    high: float
    count: int

    @classmethod
    def of(cls, values: Sequence[float]) -> Share:
        """Of shares, 0..1 each (t interval). Raises ValueError without any."""
        if not len(values):
            raise ValueError("no share of nothing")
        return cls(float(np.mean(values)), *share_interval(values), len(values))

    @classmethod
    def of_yes(cls, values: Sequence[bool]) -> Share:
        """Of yes and no (Wilson's interval). Raises ValueError without any."""
        if not len(values):
            raise ValueError("no share of nothing")
        mean = float(np.mean(values))
        return cls(mean, *wilson(mean, len(values)), len(values))

    def __str__(self) -> str:
        return f"{100 * self.value:.0f} % ({100 * self.low:.0f}-{100 * self.high:.0f})"

"""Active time: how long a training really worked, however often it was paused; knows no training.

A stopped process (SIGSTOP, a sleeping laptop) sees one very long step. Each step counts at most
`CAP` times the running median, so a pause costs one step and not the stretch.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from statistics import median

from storybook.train.settings import Budget

CAP = 5.0
FIRST = 10.0
"""Seconds that one of the first steps counts at most, before a median is known."""


class Clock:
    """Counts active seconds between `start` and `lap`; what lies outside is not counted."""

    def __init__(self, spent: float = 0.0, now: Callable[[], float] = time.monotonic) -> None:
        self.spent = spent
        self._now = now
        self._recent: deque[float] = deque(maxlen=51)
        self._mark = now()

    def start(self) -> None:
        """A step begins now."""
        self._mark = self._now()

    def lap(self) -> float:
        """A step ended: count it (capped) and return what was counted, in seconds."""
        took = self._now() - self._mark
        usual = median(self._recent) if len(self._recent) >= 5 else FIRST / CAP
        took = min(took, CAP * usual)
        self._recent.append(took)
        self.spent += took
        return took

    @property
    def minutes(self) -> float:
        """Active minutes so far."""
        return self.spent / 60


def part_done(budget: Budget, minutes: float, steps: int) -> float:
    """How much of the budget is used, 0..1 and beyond; by steps where the budget names them."""
    if budget.steps is not None:
        return steps / max(1, budget.steps)
    return minutes / budget.minutes if budget.minutes > 0 else 1.0

"""How the run is doing, in a few words beside the bar: loss, pace, time left; knows no training."""

from __future__ import annotations

import time
from collections import deque


class Recent:
    """The mean of the last so many values; of all, while they are fewer."""

    def __init__(self, count: int) -> None:
        self._held: deque[float] = deque(maxlen=count)

    def add(self, value: float) -> None:
        """One more value; the oldest goes."""
        self._held.append(value)

    @property
    def mean(self) -> float:
        """nan before the first value."""
        return sum(self._held) / len(self._held) if self._held else float("nan")


class Clock:
    """Keeps the average loss and the pace of the steps.

    Args:
        steps_per_epoch: the loss is averaged over the last epoch's worth of steps.
    """

    def __init__(self, steps_per_epoch: int) -> None:
        self._last = self._kept = time.monotonic()
        self._pace: float | None = None
        self._losses = Recent(steps_per_epoch)

    def step(self, loss: float) -> None:
        """One step is done, with that loss."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self._pace = took if self._pace is None else 0.95 * self._pace + 0.05 * took
        self._losses.add(loss)

    def rested(self) -> None:
        """Something else was done since the last step, which is no part of the pace."""
        self._last = time.monotonic()

    def due(self, seconds: float) -> bool:
        """True once every so many seconds."""
        if time.monotonic() - self._kept < seconds:
            return False
        self._kept = time.monotonic()
        return True

    def note(self, steps: int) -> str:
        """`loss 0.123, 2.50 it/s, 1:05 left`, given how many steps are still to do."""
        if self._pace is None:
            return ""
        return (
            f"loss {self._losses.mean:.3f}, {pace(self._pace)}, {written(self._pace * steps)} left"
        )


def pace(seconds: float) -> str:
    """Seconds of a step as trainers write them: `2.50 it/s`, or `3.10 s/it` of slow ones."""
    return f"{1 / max(seconds, 1e-9):.2f} it/s" if seconds < 1 else f"{seconds:.2f} s/it"


def written(seconds: float) -> str:
    """A time as people write it: `1:05`, `2:10:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

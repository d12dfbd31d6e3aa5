"""How the run is doing, in a few words beside the bar: loss and time left; knows no training."""

from __future__ import annotations

import time


class Clock:
    """Keeps the running loss and the pace of the steps."""

    def __init__(self) -> None:
        self._last = self._kept = time.monotonic()
        self._pace: float | None = None
        self._loss: float | None = None

    def step(self, loss: float) -> None:
        """One step is done, with that loss."""
        now = time.monotonic()
        took, self._last = now - self._last, now
        self._pace = took if self._pace is None else 0.95 * self._pace + 0.05 * took
        self._loss = loss if self._loss is None else 0.97 * self._loss + 0.03 * loss

    def due(self, seconds: float) -> bool:
        """True once every so many seconds."""
        if time.monotonic() - self._kept < seconds:
            return False
        self._kept = time.monotonic()
        return True

    def note(self, steps: int) -> str:
        """`loss 0.123, 1:05 left`, given how many steps are still to do."""
        if self._pace is None or self._loss is None:
            return ""
        return f"loss {self._loss:.3f}, {written(self._pace * steps)} left"


def written(seconds: float) -> str:
    """A time as people write it: `1:05`, `2:10:00`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"

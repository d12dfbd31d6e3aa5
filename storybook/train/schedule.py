"""The learning rate at a point of a stretch; knows no optimizer."""

from __future__ import annotations

from storybook.train.settings import Budget, Rate


def rate_at(rate: Rate, budget: Budget, done: float, step: int) -> float:
    """The rate at `step` of this stretch with the part `done` (0..1) of its budget used.

    Linear warm-up by steps; then the peak; over the last `rate.falling` of the budget it falls
    linearly to `rate.floor` of the peak, unless the budget says `hold`.
    """
    warm = min(1.0, (step + 1) / max(1, rate.warmup))
    if budget.hold or rate.falling <= 0:
        return rate.peak * warm
    left = max(0.0, 1.0 - done) / rate.falling
    return rate.peak * warm * min(1.0, rate.floor + (1.0 - rate.floor) * left)

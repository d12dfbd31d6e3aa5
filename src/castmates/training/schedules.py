"""How a learning rate moves with the step, as pure functions; knows no optimizer.

The shapes are those of transformers and diffusers (`optimization.py`), which every trainer uses.
Where they begin is a matter of its own (`Beginning`): theirs waste the first update, whose rate is
0. Adafactor's own step size is that of transformers' class (Shazeer & Stern 2018, "Adafactor",
sections 6 to 8).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import cos, pi, sqrt
from typing import Literal

from castmates.core.errors import BadInput
from castmates.core.units import Duration

ScheduleName = Literal[
    "constant",
    "linear",
    "cosine",
    "cosine_with_restarts",
    "cosine_with_min_lr",
    "polynomial",
    "inverse_sqrt",
    "adafactor",
]

Beginning = Literal["within", "before"]
"""Where the warm-up is: `within` the schedule, multiplied into it, with updates counted from 1
(ours), or `before` it: it begins after the warm-up and counts from 0 (transformers, kohya)."""

POLYNOMIAL_END = 1e-7
"""Where the usual polynomial schedule ends: a rate, not a share of it."""


@dataclass(frozen=True)
class Schedule:
    """What the factor at a step depends on.

    Attributes:
        name: `constant` keeps the rate after the warm-up; `adafactor` leaves it to the optimizer.
        steps: updates in all.
        warmup: updates over which the rate rises linearly from 0.
        cycles: hard restarts of `cosine_with_restarts`.
        power: of `polynomial`.
        floor: share of the rate that remains at the end (`cosine`, `cosine_with_min_lr`); for
            `polynomial` its end rate divided by the rate, usually 1e-7 / rate.
        timescale: of `inverse_sqrt`, in updates; None: the warm-up, or 10000 without one.
        beginning: where the warm-up is.
    """

    name: ScheduleName
    steps: int
    warmup: int = 0
    cycles: int = 1
    power: float = 1.0
    floor: float = 0.0
    timescale: int | None = None
    beginning: Beginning = "before"

    def __post_init__(self) -> None:
        if self.steps < 1 or self.warmup < 0 or self.cycles < 1:
            raise BadInput(
                f"A schedule of {self.steps} steps with {self.warmup} of warm-up and {self.cycles} "
                "cycles cannot be; wanted at least 1 step, 0 of warm-up and 1 cycle."
            )
        if not 0 <= self.floor <= 1:
            raise BadInput(f"A rate cannot end at {self.floor} of itself; wanted 0 to 1.")

    def factor(self, step: int) -> float:
        """What the rate is multiplied by at `step`, from 0."""
        shape = _shapes[self.name]
        if self.beginning == "within":
            done = step + 1
            rising = min(1.0, done / self.warmup) if self.warmup else 1.0
            return rising * shape(self, done, self.steps)
        if step < self.warmup:
            return step / self.warmup
        return shape(self, step - self.warmup, max(1, self.steps - self.warmup))


def _constant(_at: Schedule, _done: int, _of: int) -> float:
    return 1.0


def _linear(_at: Schedule, done: int, of: int) -> float:
    return max(0.0, (of - done) / of)


def _cosine(at: Schedule, done: int, of: int) -> float:
    falling = 0.5 * (1 + cos(pi * done / of))
    return max(0.0, at.floor + (1 - at.floor) * falling)


def _restarts(at: Schedule, done: int, of: int) -> float:
    if done >= of:
        return 0.0
    return max(0.0, 0.5 * (1 + cos(pi * ((at.cycles * done / of) % 1.0))))


def _polynomial(at: Schedule, done: int, of: int) -> float:
    if done > of:
        return at.floor
    return at.floor + (1 - at.floor) * float((1 - done / of) ** at.power)


def _inverse_sqrt(at: Schedule, done: int, _of: int) -> float:
    timescale = at.timescale or at.warmup or 10_000
    return 1 / sqrt((done + timescale) / timescale)


_shapes: dict[str, Callable[[Schedule, int, int], float]] = {
    "constant": _constant,
    "linear": _linear,
    "cosine": _cosine,
    "cosine_with_restarts": _restarts,
    "cosine_with_min_lr": _cosine,
    "polynomial": _polynomial,
    "inverse_sqrt": _inverse_sqrt,
    "adafactor": _constant,
}


def warmup_steps(wanted: Duration | None, share: float, steps: int, steps_per_epoch: int) -> int:
    """A warm-up in updates: given as a duration, else as a share (0 … 1) of all steps."""
    if wanted is not None:
        return wanted.in_steps(steps_per_epoch)
    return int(share * steps)


def adafactor_rate(
    step: int, rms: float, *, scale_parameter: bool = True, warmup_init: bool = False
) -> float:
    """The step size that Adafactor takes when it chooses it itself (`relative_step`).

    max(1e-3, RMS of the weights) x min(1e-2, 1 / sqrt(t)), t = step + 1; with `warmup_init` the
    1e-2 is 1e-6 t. An adapter's up factors start at 0 and so move at 1e-5 for the first 10000
    updates, whatever learning rate was written.

    Args:
        step: from 0.
        rms: root mean square of the tensor's values.
    """
    t = step + 1
    limit = 1e-6 * t if warmup_init else 1e-2
    rate = min(limit, 1 / sqrt(t))
    return max(1e-3, rms) * rate if scale_parameter else rate

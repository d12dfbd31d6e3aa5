"""How a learning rate moves with the step, as pure functions; knows no optimizer.

The formulae are those of transformers and diffusers (`optimization.py`), which every trainer uses:
`step` counts from 0, so the first update of a warm-up has the rate 0. Adafactor's own step size is
that of transformers' class (Shazeer & Stern 2018, "Adafactor", sections 6 to 8).
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
        floor: share of the rate that remains at the end (`cosine_with_min_lr`); for `polynomial`
            its end rate divided by the rate, usually 1e-7 / rate.
        timescale: of `inverse_sqrt`, in updates; None: the warm-up, or 10000 without one.
    """

    name: ScheduleName
    steps: int
    warmup: int = 0
    cycles: int = 1
    power: float = 1.0
    floor: float = 0.0
    timescale: int | None = None

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
        if step < self.warmup:
            return step / self.warmup
        return _after_warmup[self.name](self, step)

    def _done(self, step: int) -> float:
        return (step - self.warmup) / max(1, self.steps - self.warmup)


def _constant(_at: Schedule, _step: int) -> float:
    return 1.0


def _linear(at: Schedule, step: int) -> float:
    return max(0.0, (at.steps - step) / max(1, at.steps - at.warmup))


def _cosine(at: Schedule, step: int) -> float:
    return max(0.0, 0.5 * (1 + cos(pi * at._done(step))))


def _restarts(at: Schedule, step: int) -> float:
    done = at._done(step)
    if done >= 1:
        return 0.0
    return max(0.0, 0.5 * (1 + cos(pi * ((at.cycles * done) % 1.0))))


def _cosine_to_floor(at: Schedule, step: int) -> float:
    falling = 0.5 * (1 + cos(pi * at._done(step)))
    return max(0.0, at.floor + (1 - at.floor) * falling)


def _polynomial(at: Schedule, step: int) -> float:
    if step > at.steps:
        return at.floor
    left = 1 - at._done(step)
    return at.floor + (1 - at.floor) * float(left**at.power)


def _inverse_sqrt(at: Schedule, step: int) -> float:
    timescale = at.timescale or at.warmup or 10_000
    return 1 / sqrt((step + timescale - at.warmup) / timescale)


_after_warmup: dict[str, Callable[[Schedule, int], float]] = {
    "constant": _constant,
    "linear": _linear,
    "cosine": _cosine,
    "cosine_with_restarts": _restarts,
    "cosine_with_min_lr": _cosine_to_floor,
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

"""UniPC (Zhao et al. 2023, arXiv 2302.04867) as A1111 runs it; knows no network.

Order 3, variant B1(h) = h, clean estimates, lower orders at both ends. Each step predicts a state,
calls the network there, and corrects the state by that same call: as many calls as steps.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Level, Schedule
from castmates.drawing.walking import Fresh, Predict, towards

ORDER = 3
_Seen = tuple[Level, Tensor]
"""A level and the clean estimate there."""


def unipc(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """Algorithms 5 and 6 of the paper; pure noise takes no part in differences."""
    del fresh  # deterministic: everything comes from the start
    steps = schedule.steps
    seen: list[_Seen] = [(steps[0].here, predict(x, steps[0].here).clean)]
    for number, step in enumerate(steps, start=1):
        here, there = step.here, step.there
        last = number == len(steps)
        if there.sigma == 0.0 or here.alpha == 0.0:
            x = towards(x, seen[0][1], here, there)
            after = None if last else predict(x, there).clean
        else:
            usable = [one for one in seen if one[0].alpha > 0.0]
            order = min(ORDER, len(usable), len(steps) + 1 - number)
            solved = _Step.of(x, usable[:order], there)
            x = solved.predicted()
            after = None if last else predict(x, there).clean
            if after is not None:
                x = solved.corrected(after)
        if after is not None:
            seen = [(there, after), *seen[: ORDER - 1]]
        yield x


@dataclass(frozen=True)
class _Step:
    """One step of some order.

    Attributes:
        base: the step of the first order.
        weight: α' · B(h).
        clean: the newest estimate.
        slopes: divided differences to the older ones, order - 1 of them.
        matrix, right: R and b of the paper's equation for the coefficients.
    """

    base: Tensor
    weight: float
    clean: Tensor
    slopes: tuple[Tensor, ...]
    matrix: NDArray[np.float64]
    right: NDArray[np.float64]

    @classmethod
    def of(cls, x: Tensor, seen: Sequence[_Seen], there: Level) -> _Step:
        (here, clean), *older = seen
        stride = there.log_snr - here.log_snr
        places = [(level.log_snr - here.log_snr) / stride for level, _ in older]
        slopes = tuple((m - clean) / r for (_, m), r in zip(older, places, strict=True))
        right, u = [], -stride
        g, factorial = math.expm1(u) / u - 1.0, 1.0
        for j in range(1, len(seen) + 1):
            right.append(g * factorial / u)
            factorial *= j + 1
            g = g / u - 1.0 / factorial
        matrix = np.vander([*places, 1.0], increasing=True).T
        base = towards(x, clean, here, there)
        return cls(base, there.alpha * u, clean, slopes, matrix, np.array(right))

    def predicted(self) -> Tensor:
        """The state without looking at its end."""
        if len(self.slopes) == 1:
            return self._with((0.5,))
        weights = np.linalg.solve(self.matrix[:-1, :-1], self.right[:-1])
        return self._with([float(one) for one in weights])

    def corrected(self, after: Tensor) -> Tensor:
        """The state once the network was called at its end."""
        if not self.slopes:
            return self.base - self.weight * 0.5 * (after - self.clean)
        *weights, last = np.linalg.solve(self.matrix, self.right)
        return self._with(weights) - self.weight * float(last) * (after - self.clean)

    def _with(self, weights: Sequence[float]) -> Tensor:
        x = self.base
        for share, slope in zip(weights, self.slopes, strict=True):
            x = x - self.weight * float(share) * slope
        return x


UNIPC = Sampler("UniPC", unipc, automatic="time uniform")

"""LCM's way from noise to a picture, for distilled bases; knows no network.

Luo et al. 2023 (arXiv 2310.04378, algorithm 3) as A1111 1.10 runs it: the network's estimate of the
clean picture, held to the state near the clean end, and fresh noise up to the next level. On a base
that was not distilled for it, its pictures are flat.
"""

from __future__ import annotations

import math
from collections.abc import Iterator

from torch import Tensor

from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Schedule
from castmates.drawing.walking import Fresh, Predict

_SCALE, _DATA = 10.0, 0.5


def consistent(predict: Predict, x: Tensor, schedule: Schedule, fresh: Fresh) -> Iterator[Tensor]:
    """x/α → D + q·z, where D = c_out·clean + c_skip·x/α."""
    for step in schedule.steps:
        here, there = step.here, step.there
        skip, out = boundary(here.t)
        clean = out * predict(x, here).clean
        if here.alpha > 0.0:
            clean = clean + (skip / here.alpha) * x
        x = there.alpha * clean
        if there.sigma > 0.0:
            x = x + there.sigma * fresh(here, there)
        yield x


def boundary(t: float) -> tuple[float, float]:
    """c_skip and c_out: at timestep 0 the state itself is the picture."""
    scaled, own = _SCALE * t, _DATA**2
    return own / (scaled**2 + own), scaled / math.sqrt(scaled**2 + own)


LCM = Sampler("LCM", consistent, noise="stream", automatic="lcm")

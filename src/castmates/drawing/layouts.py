"""The named ways to lay out a picture's noise levels; knows no sampler and no network.

k-diffusion's schedules as A1111 1.10 runs them, on timesteps that need not be whole. `trailing` is
not among them: it is ours, made by `Grid.schedule`. On a base with zero terminal SNR they begin at
σ 4518, as A1111's do; `trailing` begins at pure noise itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from castmates.drawing import found_layouts
from castmates.drawing.schedule import CLEAN, Grid, Level, Schedule

Levels = Callable[[Grid, int], list[Level]]
"""Where the network is called; the last of them lands on a clean picture."""


def normal(grid: Grid, steps: int) -> list[Level]:
    """Timesteps from the last to 0, evenly."""
    return [grid.between(t) for t in np.linspace(len(grid.ratios) - 1, 0.0, steps)]


def sgm_uniform(grid: Grid, steps: int) -> list[Level]:
    """Timesteps from the last towards 0, evenly, without the 0."""
    return [grid.between(t) for t in np.linspace(len(grid.ratios) - 1, 0.0, steps + 1)[:-1]]


def karras(grid: Grid, steps: int, rho: float = 7.0) -> list[Level]:
    """Karras et al. 2022 (arXiv 2206.00364, eq. 5): the ρ-th roots of σ are even."""
    low, high = grid.ratios[0] ** (1.0 / rho), grid.ratios[-1] ** (1.0 / rho)
    return _at(grid, np.linspace(high, low, steps) ** rho)


def exponential(grid: Grid, steps: int) -> list[Level]:
    """The logarithms of σ are even."""
    high, low = np.log(grid.ratios[-1]), np.log(grid.ratios[0])
    return _at(grid, np.exp(np.linspace(high, low, steps)))


def simple(grid: Grid, steps: int) -> list[Level]:
    """Whole timesteps, evenly from the last."""
    trained = len(grid.ratios)
    return [_whole(grid, trained - 1 - i * trained // steps) for i in range(steps)]


def ddim(grid: Grid, steps: int) -> list[Level]:
    """A1111's DDIM: timesteps 0, k, 2k … plus 1, falling, k = 1000 // steps.

    There may be one more than asked for; the last is only landed on, so that 20 steps are 19 calls
    and the picture ends at the noise of timestep 1.
    """
    trained = len(grid.ratios)
    times = np.minimum(np.arange(0, trained, trained // steps) + 1, trained - 1)
    return [_whole(grid, int(t)) for t in times[::-1]]


def time_uniform(grid: Grid, steps: int) -> list[Level]:
    """UniPC's own times as A1111 runs it: from 1 to 0.001 in steps + 1 points, ln α linear.

    The last is only landed on: the picture ends at its noise.
    """
    trained = len(grid.ratios)
    known = -0.5 * np.log1p(grid.ratios**2)  # ln α
    found = []
    for time in np.linspace(1.0, 1.0 / trained, steps + 1):
        alpha = float(np.exp(np.interp(time, np.arange(1, trained + 1) / trained, known)))
        t = (time - 1.0 / trained) * trained
        found.append(Level(float(t), alpha, float(np.sqrt(1.0 - alpha * alpha))))
    return found


LAYOUTS: dict[str, Levels] = {
    "normal": normal,
    "karras": karras,
    "exponential": exponential,
    "sgm uniform": sgm_uniform,
    "simple": simple,
    "beta": found_layouts.beta,
    "kl optimal": found_layouts.kl_optimal,
    "turbo": found_layouts.turbo,
    "lcm": found_layouts.lcm,
    "ddim": ddim,
    "time uniform": time_uniform,
}
_NOT_CLEAN = ("ddim", "kl optimal", "time uniform")


def laid_out(grid: Grid, name: str, steps: int, discards: bool = False) -> Schedule:
    """The schedule of a name other than `trailing` and `automatic`.

    Args:
        discards: lay out one step more and leave out the least level before the picture, as A1111
            does for DPM2 and DPM++ 3M SDE.

    Raises:
        KeyError: no such name.
        Unfit: as `Grid.schedule`.
    """
    if name in _NOT_CLEAN:
        levels = LAYOUTS[name](grid, steps)
        # One level alone has no other to land on.
        return grid.through(levels[:-1] or levels, levels[1:] or [CLEAN])
    levels = LAYOUTS[name](grid, steps + discards)[:steps]
    return grid.through(levels, [*levels[1:], CLEAN])


def _at(grid: Grid, ratios: NDArray[np.float64]) -> list[Level]:
    return [grid.at(float(ratio)) for ratio in ratios]


def _whole(grid: Grid, t: int) -> Level:
    return grid.at(float(grid.ratios[t]))

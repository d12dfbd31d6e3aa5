"""Lay one small copy of a picture over another, moved and stretched a little; knows no twins.

A window of a picture is described axis by axis: output place u in 0..1 shows the input at
`scale * u + start`. Crops and shifts of a picture are such windows, also when the picture was
pressed into a square, because the axes stay apart. A window is therefore two matrices, one a side.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.float32]
"""(n, n), 0..255."""

_STEPS = 6
_RIM = 2
_NEAR_EDGE = 1.5
"""Cells along a window's rim that mix with what lies beyond."""
_OUTLIER = 60.0
"""Grey levels from which a place says little about how the pictures lie: it is another content."""


@dataclass(frozen=True)
class Window:
    """Which part of a picture is shown, in 0..1 of its sides; beyond the edges the edge goes on."""

    across: tuple[float, float]
    down: tuple[float, float]

    @property
    def kept(self) -> float:
        """Share of the picture that the window shows."""
        return _inside(*self.across) * _inside(*self.down)


def _inside(scale: float, start: float) -> float:
    return max(min(start + scale, 1.0) - max(start, 0.0), 0.0)


def _axis_windows() -> list[tuple[float, float]]:
    shifts = [(1.0, start) for start in (-0.06, -0.04, -0.02, 0.0, 0.02, 0.04, 0.06)]
    cuts = [(0.96, start) for start in (0.0, 0.02, 0.04)]
    cuts += [(0.92, start) for start in (0.0, 0.04, 0.08)]
    cuts += [(0.86, start) for start in (0.0, 0.047, 0.093, 0.14)]
    return shifts + cuts


@cache
def windows(least: float = 0.81) -> tuple[Window, ...]:
    """Windows to begin with, close enough together that `refined` finds the rest."""
    one = _axis_windows()
    return tuple(
        window for x in one for y in one if (window := Window(x, y)).across[0] * y[0] >= least
    )


@cache
def _thinning(side: int, into: int, scale: float, start: float) -> NDArray[np.float32]:
    """(into, side): means of a window's cells."""
    fine = 4
    place = (np.arange(into * fine) + 0.5) / (into * fine)
    rows = _linear((scale * place + start) * side - 0.5, side)
    thinned: NDArray[np.float32] = rows.reshape(into, fine, side).mean(axis=1)
    return thinned


def _linear(places: NDArray[np.float64], side: int) -> NDArray[np.float32]:
    clipped = places.clip(0, side - 1)
    low = np.minimum(np.floor(clipped).astype(int), side - 2)
    part = clipped - low
    rows = np.zeros((len(places), side), np.float32)
    index = np.arange(len(places))
    rows[index, low] = 1 - part
    rows[index, low + 1] = part
    return rows


def shown(picture: Grey, into: int) -> NDArray[np.float32]:
    """(windows, into * into) what each of `windows()` shows, with mean 0 and length 1."""
    side = len(picture)
    axes = {w.across for w in windows()}
    halves = {axis: picture @ _thinning(side, into, *axis).T for axis in axes}
    views = np.stack([_thinning(side, into, *w.down) @ halves[w.across] for w in windows()])
    return centred(views.reshape(len(views), -1))


def centred(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Rows with mean 0 and length 1; flat ones are 0."""
    moved = rows - rows.mean(axis=1, keepdims=True)
    length = np.linalg.norm(moved, axis=1, keepdims=True)
    turned: NDArray[np.float32] = moved / np.maximum(length, 1e-3)
    return turned


@dataclass(frozen=True, eq=False)
class Laid:
    """A picture laid over another: `over` what the window shows, `valid` where it shows something.

    Attributes:
        over: (n, n) the first picture seen through the window.
        valid: (n, n) False where the window looks beyond the first picture.
    """

    window: Window
    over: Grey
    valid: NDArray[np.bool_]


def refined(first: Grey, second: Grey, begin: Window) -> Laid:
    """Move the window until the first picture lies on the second, by least squares.

    Gauss-Newton on scale and start of both axes (Lucas & Kanade, "An iterative image registration
    technique", 1981), with Cauchy weights, so that a strip of other content does not pull.
    """
    side = len(first)
    place = ((np.arange(side) + 0.5) / side).astype(np.float32)
    u = np.broadcast_to(place, (side, side))
    found = np.array([*begin.across, *begin.down], np.float64)
    for _ in range(_STEPS):
        laid = through(first, _window(found))
        slope_y, slope_x = np.gradient(laid.over)
        slope_x, slope_y = slope_x * (side / found[0]), slope_y * (side / found[2])
        moves = np.stack([slope_x * u, slope_x, slope_y * u.T, slope_y])[:, laid.valid]
        wrong = (second - laid.over)[laid.valid]
        heard = moves / (1 + (wrong / _OUTLIER) ** 2)
        normal = heard @ moves.T
        normal[np.diag_indices(4)] *= 1.001
        normal[np.diag_indices(4)] += 1e-3
        step = np.linalg.solve(normal, heard @ wrong)
        found = found + step.clip(-0.04, 0.04)
        found[[0, 2]] = found[[0, 2]].clip(0.7, 1.4)
        found[[1, 3]] = found[[1, 3]].clip(-0.35, 0.35)
        if np.abs(step).max() < 2e-4:
            break
    return through(first, _window(found))


def _window(found: NDArray[np.float64]) -> Window:
    return Window((float(found[0]), float(found[1])), (float(found[2]), float(found[3])))


def through(picture: Grey, window: Window) -> Laid:
    """What a window shows of a picture, at the picture's own size (cubic)."""
    side = len(picture)
    (rows, inside_y), (columns, inside_x) = (
        _cubic(side, *axis) for axis in (window.down, window.across)
    )
    over: Grey = (rows @ picture @ columns.T).astype(np.float32)
    valid = inside_y[:, None] & inside_x[None, :]
    valid[:_RIM] = valid[-_RIM:] = valid[:, :_RIM] = valid[:, -_RIM:] = False
    return Laid(window, over, valid)


def _cubic(side: int, scale: float, start: float) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """(side, side) weights of Catmull-Rom splines along one axis, and which places lie inside."""
    places = (scale * (np.arange(side) + 0.5) / side + start) * side - 0.5
    low = np.floor(places).astype(int)
    t = places - low
    taps = (
        -0.5 * t + t**2 - 0.5 * t**3,
        1 - 2.5 * t**2 + 1.5 * t**3,
        0.5 * t + 2 * t**2 - 1.5 * t**3,
        -0.5 * t**2 + 0.5 * t**3,
    )
    rows = np.zeros((side, side), np.float32)
    index = np.arange(side)
    for offset, weight in zip((-1, 0, 1, 2), taps, strict=True):
        np.add.at(rows, (index, (low + offset).clip(0, side - 1)), weight.astype(np.float32))
    return rows, (places >= _NEAR_EDGE) & (places <= side - 1 - _NEAR_EDGE)

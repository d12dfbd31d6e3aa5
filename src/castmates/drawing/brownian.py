"""One picture's Brownian path, from which any step's noise is read; knows no sampler.

W is a Brownian motion over [low, high], fixed by the seed alone: the value in the middle of an
interval is the mean of its ends plus √length/2 · z (the bridge of Lévy's construction), where z is
the generator's for the seed and the interval's number. Steps that share a part of the path share
its noise, and more steps walk the same path more finely. Independent noise would leave the pictures
of DPM++ SDE too smooth.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_Numbers = NDArray[np.float32]
_DEPTH = 30
"""Halvings: places are told apart to 1e-9 of the interval."""
_CELLS = 2**_DEPTH


class Path:
    """W over an interval.

    Args:
        seed: 0 to 2**63 - 1.
        shape: of W at each place.
        low, high: the ends; places beyond are taken to be there.
    """

    def __init__(self, seed: int, shape: tuple[int, ...], low: float, high: float) -> None:
        self._seed, self._shape = seed, shape
        self._low, self._length = low, max(high - low, math.ulp(high))
        self._known: dict[int, _Numbers] = {0: np.zeros(shape, np.float32)}

    def unit(self, low: float, high: float) -> _Numbers:
        """W's change from `high` down to `low` (k-diffusion's sign), scaled to unit variance.

        Where both fall into one cell of the path, its neighbour's change is taken.
        """
        first, last = self._cell(low), self._cell(high)
        if first == last:
            first, last = (first - 1, last) if first else (0, 1)
        change = self._at(first) - self._at(last)
        # Few places are asked for again: the ends of the step that follows.
        self._known = {0: self._known[0], **{c: self._known[c] for c in (first, last)}}
        unit: _Numbers = change / np.float32(math.sqrt((last - first) / _CELLS))
        return unit

    def _cell(self, place: float) -> int:
        share = (place - self._low) / self._length
        cell: int = round(max(0.0, min(1.0, share)) * _CELLS)
        return cell

    def _at(self, cell: int) -> _Numbers:
        """W of an interval of length 1 at a cell's place."""
        if cell not in self._known:
            self._known[cell] = self._walked(cell)
        return self._known[cell]

    def _walked(self, cell: int) -> _Numbers:
        low, high = 0, _CELLS
        at_low, at_high = np.zeros(self._shape, np.float32), self._normals(0)
        node = 1
        while cell not in (low, high):
            middle = (low + high) // 2
            spread = np.float32(0.5 * math.sqrt((high - low) / _CELLS))
            at_middle = (at_low + at_high) * np.float32(0.5) + spread * self._normals(node)
            node *= 2
            if cell < middle:
                high, at_high = middle, at_middle
            else:
                low, at_low = middle, at_middle
                node += 1
        return at_low if cell == low else at_high

    def _normals(self, node: int) -> _Numbers:
        key = np.array([self._seed, node], np.uint64)
        generator = np.random.Generator(np.random.Philox(key=key))
        return generator.standard_normal(self._shape, dtype=np.float32)

"""Where a picture is calm enough for words: few edges, few colours; knows no figures."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.books.values import Box
from castmates.core.ports import Pixels

CELLS = 48
"""Of the map, along the longer side."""


class CalmMap:
    """How calm each part of a picture is, 0..1; boxes are asked in constant time.

    Restlessness of a cell is the mean gradient of its luminance; calm is exp(−restlessness / τ)
    with τ the picture's own mean, so that a quiet picture still has its quietest part.
    """

    def __init__(self, pixels: Pixels) -> None:
        self.calm = _calm(pixels)
        high, wide = self.calm.shape
        self._sums = np.zeros((high + 1, wide + 1))
        self._sums[1:, 1:] = self.calm.cumsum(0).cumsum(1)

    def of(self, box: Box) -> float:
        """The mean calm of a box (fractions of the picture), 0..1."""
        high, wide = self.calm.shape
        left, right = _cells(box[0], box[2], wide)
        top, bottom = _cells(box[1], box[3], high)
        s = self._sums
        total = s[bottom, right] - s[top, right] - s[bottom, left] + s[top, left]
        return float(total / ((bottom - top) * (right - left)))


def _cells(first: float, end: float, count: int) -> tuple[int, int]:
    start = min(max(int(np.floor(first * count)), 0), count - 1)
    return start, min(max(int(np.ceil(end * count)), start + 1), count)


def _calm(pixels: Pixels) -> NDArray[np.float64]:
    high, wide = pixels.shape[:2]
    scale = CELLS / max(high, wide)
    cells = (max(round(wide * scale), 4), max(round(high * scale), 4))
    fine = Image.fromarray(pixels).convert("L").resize((cells[0] * 6, cells[1] * 6))
    light = np.asarray(fine, np.float64) / 255.0
    down = np.abs(np.diff(light, axis=0, append=light[-1:]))
    across = np.abs(np.diff(light, axis=1, append=light[:, -1:]))
    rest = (down + across).reshape(cells[1], 6, cells[0], 6).mean(axis=(1, 3))
    calm: NDArray[np.float64] = np.exp(-rest / max(float(rest.mean()), 1e-3))
    return calm

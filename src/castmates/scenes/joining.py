"""Join pictures side by side, each cut to its share around its figure; knows nobody, no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Found, Pixels
from castmates.core.types import Size
from castmates.files.images import resized

Weights = NDArray[np.uint8]
"""(height, width): how much each pixel counts in training, 0..255."""
_BAND = 1 / 32
_LEAST_BAND = 8


@dataclass(frozen=True, eq=False)
class Piece:
    """A picture of one character, and where it is; None: nobody was found."""

    pixels: Pixels
    found: Found | None = None


def joined(pieces: Sequence[Piece], shares: Sequence[float], size: Size) -> tuple[Pixels, Weights]:
    """The pictures from left to right, and weights that leave the seams out.

    Each is scaled to cover its place and cut around its figure. A band of 1/32 of the height (8
    pixels at least: a latent cell) on each side of a seam weighs 0, so that a training that is
    `masked` does not learn the line.

    Args:
        shares: of the width, one for each; they sum to 1.
        size: of the result.
    """
    edges = [round(size.width * sum(shares[:count])) for count in range(len(pieces) + 1)]
    picture = np.concatenate(
        [
            _covering(piece, right - left, size.height)
            for piece, (left, right) in zip(pieces, pairwise(edges), strict=True)
        ],
        axis=1,
    )
    weights: Weights = np.full((size.height, size.width), 255, np.uint8)
    band = max(_LEAST_BAND, round(size.height * _BAND))
    for seam in edges[1:-1]:
        weights[:, max(0, seam - band) : seam + band] = 0
    return picture, weights


def _covering(piece: Piece, width: int, height: int) -> Pixels:
    """The picture scaled to cover a place, cut around the figure's middle."""
    rows, columns = piece.pixels.shape[:2]
    scale = max(width / columns, height / rows)
    wide, high = max(width, round(columns * scale)), max(height, round(rows * scale))
    large = resized(piece.pixels, Size(width=wide, height=high))
    box = piece.found.box if piece.found else (0, 0, columns, rows)
    left = _start((box[0] + box[2]) / 2 * scale, width, wide)
    top = _start((box[1] + box[3]) / 2 * scale, height, high)
    return large[top : top + height, left : left + width]


def _start(middle: float, length: int, whole: int) -> int:
    return max(0, min(whole - length, round(middle - length / 2)))

"""Geometry that finders share: pictures in a model's input, boxes, masks, peaks; knows no model.

Boxes are rows of left, top, right, bottom. What a model says is first brought to 0..1 of its input,
so that every model has the same way back to the picture.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Mask, Pixels

Boxes = NDArray[np.float32]
"""(k, 4): left, top, right, bottom."""

Values = NDArray[np.float32]

_GREY = 114


@dataclass(frozen=True)
class Fit:
    """Where a picture lies in a model's input.

    Attributes:
        height, width: of the picture, in pixels.
        left, top, across, down: its place and size in the input, all in 0..1 of the input.
    """

    height: int
    width: int
    left: float
    top: float
    across: float
    down: float

    def boxes(self, corners: Boxes) -> Boxes:
        """(k, 4) in 0..1 of the input -> in pixels of the picture, cut at its edges."""
        shift = np.array([self.left, self.top] * 2, np.float32)
        share = np.array([self.across, self.down] * 2, np.float32)
        size = np.array([self.width, self.height] * 2, np.float32)
        placed: Boxes = np.clip((corners - shift) / share * size, 0, size).astype(np.float32)
        return placed

    def stretched(self, values: Values) -> Values:
        """(h, w) over the whole input -> (height, width) over the picture, bilinear."""
        high, wide = values.shape
        left, top = max(self.left, 0.0) * wide, max(self.top, 0.0) * high
        right = min(left + self.across * wide, float(wide))
        bottom = min(top + self.down * high, float(high))
        picture = Image.fromarray(np.ascontiguousarray(values, np.float32))
        size = (self.width, self.height)
        resized = picture.resize(size, Image.Resampling.BILINEAR, box=(left, top, right, bottom))
        return np.asarray(resized)


def squared(height: int, width: int) -> Fit:
    """How `preparing.prepared` lays a picture into a square."""
    longest = max(height, width)
    left, top = (longest - width) // 2, (longest - height) // 2
    return Fit(height, width, left / longest, top / longest, width / longest, height / longest)


def letterboxed(picture: Pixels, high: int, wide: int) -> tuple[Pixels, Fit]:
    """A picture as large as it fits into (high, wide, 3), in the middle of grey 114."""
    height, width = picture.shape[:2]
    scale = min(high / height, wide / width)
    down, across = max(1, round(height * scale)), max(1, round(width * scale))
    if (down, across) != (height, width):
        small = Image.fromarray(picture).resize((across, down), Image.Resampling.BILINEAR)
        picture = np.asarray(small)
    left, top = (wide - across) // 2, (high - down) // 2
    paper = np.full((high, wide, 3), _GREY, np.uint8)
    paper[top : top + down, left : left + across] = picture
    return paper, Fit(height, width, left / wide, top / high, across / wide, down / high)


def box_overlaps(some: Boxes, others: Boxes) -> Values:
    """(k, 4), (m, 4) -> (k, m) intersection over union; 0 where both are empty."""
    corner = np.maximum(some[:, None, :2], others[None, :, :2])
    far = np.minimum(some[:, None, 2:], others[None, :, 2:])
    shared = np.prod(np.maximum(far - corner, 0), axis=2)
    union = _areas(some)[:, None] + _areas(others)[None] - shared
    overlaps: Values = (shared / np.maximum(union, 1e-9)).astype(np.float32)
    return overlaps


def _areas(boxes: Boxes) -> Values:
    areas: Values = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    return areas


def mask_overlaps(some: NDArray[np.bool_], others: NDArray[np.bool_]) -> Values:
    """(k, h, w), (m, h, w) -> (k, m) intersection over union; 0 where both are empty."""
    flat = some.reshape(len(some), some.shape[1] * some.shape[2]).astype(np.float32)
    more = others.reshape(len(others), others.shape[1] * others.shape[2]).astype(np.float32)
    shared = flat @ more.T
    union = flat.sum(1)[:, None] + more.sum(1)[None] - shared
    overlaps: Values = shared / np.maximum(union, 1)
    return overlaps


def distinct(overlaps: Values, limit: float) -> list[int]:
    """Which rows stay when each gives way to an earlier one that overlaps it more than `limit`.

    Greedy non-maximum suppression, the most confident first.

    Args:
        overlaps: (k, k), symmetric.
    """
    kept: list[int] = []
    for row in range(len(overlaps)):
        if not kept or float(overlaps[row, kept].max()) <= limit:
            kept.append(row)
    return kept


def peaks(heat: Values, floor: float, most: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows and columns of the `most` highest local maxima (3 x 3) of (h, w) from `floor` on.

    Objects as Points (Zhou et al. 2019, 1904.07850): this stands for non-maximum suppression.
    """
    padded = np.pad(heat, 1, constant_values=-np.inf)
    near = np.lib.stride_tricks.sliding_window_view(padded, (3, 3)).max(axis=(2, 3))
    rows, columns = np.nonzero((heat >= near) & (heat >= floor))
    order = np.argsort(-heat[rows, columns], kind="stable")[:most]
    return rows[order], columns[order]


def inside(corners: Boxes, high: int, wide: int, widened: float = 0.0) -> NDArray[np.bool_]:
    """(k, high, wide): which cells have their middle in a box (k, 4) given in 0..1.

    Args:
        widened: each box is larger by this part of its size on every side, and by one cell.
    """
    room = (corners[:, 2:] - corners[:, :2]) * widened
    if widened:
        room = room + np.array([1 / wide, 1 / high], np.float32)
    low, far = corners[:, :2] - room, corners[:, 2:] + room
    across = (np.arange(wide, dtype=np.float32) + 0.5) / wide
    down = (np.arange(high, dtype=np.float32) + 0.5) / high
    columns = (across >= low[:, :1]) & (across < far[:, :1])
    rows = (down >= low[:, 1:]) & (down < far[:, 1:])
    cells: NDArray[np.bool_] = rows[:, :, None] & columns[:, None, :]
    return cells


def assembled(coefficients: Values, prototypes: Values) -> Values:
    """(k, p), (p, h, w) -> (k, h, w) in 0..1: masks from prototypes (YOLACT, 1904.02689, eq. 1)."""
    count, high, wide = prototypes.shape
    flat = np.clip(coefficients @ prototypes.reshape(count, high * wide), -40, 40)
    values: Values = (1 / (1 + np.exp(-flat))).astype(np.float32)
    return values.reshape(len(coefficients), high, wide)


def shared_out(fit: Fit, values: Values, floor: float = 0.5) -> list[Mask]:
    """(k, h, w) over the input -> a mask of the picture for each; a pixel belongs to one at most.

    What is visible of one hides the other, so where two claim a pixel the surer one has it.
    """
    best = np.full((fit.height, fit.width), floor, np.float32)
    owner = np.full((fit.height, fit.width), -1, np.int16)
    for number, one in enumerate(values):
        claimed = fit.stretched(one)
        mine = claimed > best
        best[mine], owner[mine] = claimed[mine], number
    return [owner == number for number in range(len(values))]


def corners_of(boxes: Boxes) -> Sequence[tuple[float, float, float, float]]:
    """(k, 4) -> a tuple of plain numbers for each."""
    return [(float(a), float(b), float(c), float(d)) for a, b, c, d in boxes]

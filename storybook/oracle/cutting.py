"""Cuts a square around somebody out of a picture; knows not who it is.

Squares are (left, top, side) and boxes (left, top, right, bottom), in pixels of the picture.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from storybook.oracle.settings import SIDE

Pixels = NDArray[np.uint8]
Box = tuple[float, float, float, float]
Square = tuple[float, float, float]

WIDER = 0.2
SMALLEST = 8.0


def around(box: Box, wider: float = WIDER) -> Square:
    """The square around a box, its longer side widened by a share."""
    left, top, right, bottom = box
    side = max(right - left, bottom - top, SMALLEST) * (1 + wider)
    return ((left + right - side) / 2, (top + bottom - side) / 2, side)


def whole(picture: Pixels) -> Square:
    """The smallest square that holds a picture."""
    high, wide = picture.shape[:2]
    side = float(max(high, wide))
    return ((wide - side) / 2, (high - side) / 2, side)


def cut(picture: Pixels, square: Square, side: int = SIDE) -> Pixels:
    """(side, side, 3) of a square; what lies outside of the picture repeats its edge."""
    left, top, size = square
    high, wide = picture.shape[:2]
    if (left, top, size) == (0.0, 0.0, float(side)) and high == wide == side:
        return picture
    before = (max(0, int(np.ceil(-top))), max(0, int(np.ceil(-left))))
    after = (max(0, int(np.ceil(top + size)) - high), max(0, int(np.ceil(left + size)) - wide))
    padded = np.pad(picture, ((before[0], after[0]), (before[1], after[1]), (0, 0)), mode="edge")
    left, top = left + before[1], top + before[0]
    reach = (left, top, min(left + size, padded.shape[1]), min(top + size, padded.shape[0]))
    image = Image.fromarray(padded).resize((side, side), Image.Resampling.BILINEAR, box=reach)
    return np.asarray(image)


def within(box: Box, square: Square) -> Box:
    """A box in 0..1 of a square (outside of it: below 0, above 1)."""
    left, top, side = square
    return (
        (box[0] - left) / side,
        (box[1] - top) / side,
        (box[2] - left) / side,
        (box[3] - top) / side,
    )


def out_of(box: Box, square: Square) -> Box:
    """What `within` does, backwards: from 0..1 of a square to pixels of the picture."""
    left, top, side = square
    return (
        box[0] * side + left,
        box[1] * side + top,
        box[2] * side + left,
        box[3] * side + top,
    )


def plane(box: Box, side: int = SIDE) -> NDArray[np.float32]:
    """(side, side): 1 in a box given in 0..1, else 0: it says who is meant."""
    middles = (np.arange(side) + 0.5) / side
    across = (middles >= box[0]) & (middles < box[2])
    down = (middles >= box[1]) & (middles < box[3])
    return (down[:, None] & across[None]).astype(np.float32)


@dataclass(frozen=True)
class Cut:
    """Somebody cut out: `pixels` (side, side, 3), and its box in 0..1 of them."""

    pixels: Pixels
    box: Box


def cut_out(picture: Pixels, box: Box) -> Cut:
    """Cut somebody out of a picture, with a fifth more around."""
    square = around(box)
    return Cut(cut(picture, square), within(box, square))


def jittered(box: Box, rng: random.Random, share: float = 0.06) -> Box:
    """A box as a network might find it: each edge moved by up to a share of its size."""
    wide, high = box[2] - box[0], box[3] - box[1]
    left, right = (edge + rng.uniform(-share, share) * wide for edge in (box[0], box[2]))
    top, bottom = (edge + rng.uniform(-share, share) * high for edge in (box[1], box[3]))
    return (left, top, right, bottom)


def overlap(one: Box, other: Box) -> float:
    """Intersection over union, 0..1."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    shared = max(0.0, wide) * max(0.0, high)
    areas = [(box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)]
    return shared / max(1e-9, sum(areas) - shared)

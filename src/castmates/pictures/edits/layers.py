"""A picture with its masks, cut and turned as one; knows no steps and no files."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.errors import BadInput
from castmates.core.ports import Pixels
from castmates.files.colours import Alpha
from castmates.pictures.edits.steps import Box

SMALLEST = 16
"""The shortest side that a cut may leave, in pixels."""

_WHITE = (255, 255, 255)


@dataclass(frozen=True, eq=False)
class Layers:
    """A picture and what belongs to each of its pixels.

    Attributes:
        pixels: (H, W, 3) uint8 sRGB.
        alpha: (H, W) uint8, how opaque it is; None: all over.
        figure: (H, W) uint8, 255 where its subject is; None: nobody was found.
        everybody: the same for all figures; None: there is no other.
    """

    pixels: Pixels
    alpha: Alpha | None = None
    figure: Alpha | None = None
    everybody: Alpha | None = None

    @property
    def size(self) -> tuple[int, int]:
        """Width and height."""
        return self.pixels.shape[1], self.pixels.shape[0]

    def mapped(self, change: Callable[[NDArray[np.uint8]], NDArray[np.uint8]]) -> Layers:
        """The same change made to the picture and to its masks."""
        return Layers(change(self.pixels), *(None if m is None else change(m) for m in self.masks))

    @property
    def masks(self) -> tuple[Alpha | None, Alpha | None, Alpha | None]:
        return self.alpha, self.figure, self.everybody


def cut(layers: Layers, box: Box) -> Layers:
    """What lies in a box, to the pixel.

    Raises:
        BadInput: less than 16 pixels would be left at a side.
    """
    width, height = layers.size
    left, top = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[2], width), min(box[3], height)
    if min(right - left, bottom - top) < SMALLEST:
        raise BadInput(
            f"The box {','.join(map(str, box))} leaves {max(right - left, 0)}x"
            f"{max(bottom - top, 0)} of {width}x{height} pixels.",
            f"Give one with {SMALLEST} pixels or more at every side.",
        )
    return layers.mapped(lambda values: np.ascontiguousarray(values[top:bottom, left:right]))


def turned(layers: Layers, degrees: float, fill: tuple[int, int, int] | None = None) -> Layers:
    """Turn clockwise: quarter turns to the pixel, the rest by bicubic sampling.

    Args:
        fill: the colour of the corners; None: the largest upright rectangle without corners is
            kept.
    """
    quarters = math.floor(degrees / 90 + 0.5)
    rest = degrees - 90 * quarters
    straight = layers.mapped(lambda v: np.ascontiguousarray(np.rot90(v, -quarters % 4)))
    if abs(rest) < 1e-6:
        return straight
    masks = (None if mask is None else _rotated(mask, rest, 0) for mask in straight.masks)
    masked = Layers(_rotated(straight.pixels, rest, fill or _WHITE), *masks)
    if fill is not None:
        return masked
    width, height = inner(*straight.size, rest)
    left, top = (masked.size[0] - width) // 2, (masked.size[1] - height) // 2
    return cut(masked, (left, top, left + width, top + height))


def inner(width: int, height: int, degrees: float) -> tuple[int, int]:
    """Width and height of the largest upright rectangle in one that is turned by `degrees`.

    Either two of its corners touch the long sides only (a thin picture, or 45 degrees), or all
    four touch a side each, which is two linear equations. A pixel is given away for the sampling.
    """
    sine, cosine = abs(math.sin(math.radians(degrees))), abs(math.cos(math.radians(degrees)))
    long, short = max(width, height), min(width, height)
    if short <= 2 * sine * cosine * long or abs(sine - cosine) < 1e-9:
        half = 0.5 * short
        across, down = (
            (half / sine, half / cosine)
            if width >= height
            else (
                half / cosine,
                half / sine,
            )
        )
    else:
        double = cosine * cosine - sine * sine
        across = (width * cosine - height * sine) / double
        down = (height * cosine - width * sine) / double
    return max(math.floor(across) - 2, 1), max(math.floor(down) - 2, 1)


def _rotated(values: NDArray[np.uint8], degrees: float, fill: Any) -> NDArray[np.uint8]:
    picture = Image.fromarray(values)
    # Pillow turns the other way.
    done = picture.rotate(-degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=fill)
    return np.array(done)


def bounds(mask: Alpha) -> Box | None:
    """The tight box around what a mask covers by half or more; None: nothing."""
    covered = mask >= 128
    rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
    if not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

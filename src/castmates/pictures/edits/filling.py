"""Fill a hole in a picture with what lies around it, by OpenCV; knows no files and no steps.

Small things go well: a cup, lettering, a sparkle before a plain or soft ground. A large hole gets
smeared, because nothing is invented.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from castmates.core.errors import Unfit
from castmates.core.ports import Pixels
from castmates.files.colours import Alpha
from castmates.pictures.edits.opencv import opencv
from castmates.pictures.edits.steps import Box, Method

LARGE = 0.06
"""Share of the picture from which a hole is large."""
_AROUND = 32


def tool() -> Any:
    """OpenCV. Raises Missing: it is not installed."""
    return opencv("Painting something over")


def filled(
    pixels: Pixels, hole: Alpha, method: Method = "navier-stokes", radius: float = 5.0
) -> Pixels:
    """The picture with the hole filled; what is outside of it stays, to the bit.

    What was in the hole has no say in it.

    Args:
        hole: (H, W) uint8, 128 and more where something goes.
        method: "navier-stokes" (M. Bertalmio, A. Bertozzi, G. Sapiro, 2001) carries lines of equal
            light on, and one colour as it is; "telea" (A. Telea, 2004) marches inward from the
            edge, smoother on photographs, and up to 3 of 255 beside a plain colour.
        radius: in pixels, how far around each pixel is looked.

    Raises:
        Missing: OpenCV is not installed.
        Unfit: the hole is empty, or nothing is left around it.
    """
    cv2 = tool()
    inside = hole >= 128
    if not inside.any():
        raise Unfit("the hole is empty.", "Mark what goes in white.")
    if inside.all():
        raise Unfit("the hole is the whole picture.", "Leave out of it what stays.")
    flags = {"telea": cv2.INPAINT_TELEA, "navier-stokes": cv2.INPAINT_NS}
    rows, columns = _around(inside, max(_AROUND, 2 * math.ceil(radius)))
    part = np.ascontiguousarray(pixels[rows, columns])
    mask = np.where(inside[rows, columns], 255, 0).astype(np.uint8)
    new = cv2.inpaint(part, mask, float(radius), flags[method])
    result = pixels.copy()
    result[rows, columns][mask > 0] = new[mask > 0]
    return result


def grown(hole: Alpha, pixels: int) -> Alpha:
    """The hole, larger by so many pixels on every side. Raises Missing."""
    if pixels == 0:
        return hole
    cv2 = tool()
    side = 2 * pixels + 1
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    larger: Alpha = cv2.dilate(hole, kernel)
    return larger


def of_boxes(boxes: tuple[Box, ...], width: int, height: int) -> Alpha:
    """(height, width) uint8: 255 in the boxes."""
    hole = np.zeros((height, width), np.uint8)
    for left, top, right, bottom in boxes:
        hole[max(top, 0) : bottom, max(left, 0) : right] = 255
    return hole


def placed(mask: Alpha, at: tuple[int, int], width: int, height: int) -> Alpha:
    """A mask whose upper left corner lies at (x, y) of a picture of this size; 0 around it."""
    hole = np.zeros((height, width), np.uint8)
    (x, y), (high, wide) = at, mask.shape
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + wide, width), min(y + high, height)
    if left < right and top < bottom:
        hole[top:bottom, left:right] = mask[top - y : bottom - y, left - x : right - x]
    return hole


def _around(inside: Any, room: int) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return (
        slice(max(int(rows[0]) - room, 0), int(rows[-1]) + 1 + room),
        slice(max(int(columns[0]) - room, 0), int(columns[-1]) + 1 + room),
    )

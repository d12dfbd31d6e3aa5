"""Cut figures out of pictures, the others painted over; knows nobody.

Encoders know pictures of one character: everybody is cut out in the same way, of drawn pictures and
of real ones.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter

from castmates.core.ports import Finder, Found, Mask, Pixels
from castmates.scenes.scene import Box

MARGIN = 0.08
"""A cut-out is larger than its box by this share on every side."""
WIDENED = 1 / 32
"""How much further than a finder saw it a figure may reach, in shares of the shorter side."""


def cut_out(picture: Pixels, found: Sequence[Found], i: int) -> Pixels:
    """One figure with a margin, the others painted in the colour around."""
    height, width = picture.shape[:2]
    left, top, right, bottom = found[i].box
    across, down = MARGIN * (right - left), MARGIN * (bottom - top)
    x0, x1 = int(max(0, left - across)), int(np.ceil(min(width, right + across)))
    y0, y1 = int(max(0, top - down)), int(np.ceil(min(height, bottom + down)))
    own, result = mask_of(found[i], picture), picture.copy()
    others = np.zeros((height, width), np.bool_)
    for j, one in enumerate(found):
        # A box without a mask would cover the figure itself.
        if j != i and one.mask is not None:
            others |= one.mask & ~own
    if others.any():
        ground = ~others & ~own
        colours = picture[ground] if ground.any() else picture.reshape(-1, 3)
        result[others] = np.median(colours, axis=0).astype(np.uint8)
    return np.ascontiguousarray(result[y0 : max(y1, y0 + 1), x0 : max(x1, x0 + 1)])


def mask_of(one: Found, picture: Pixels) -> Mask:
    """Where a figure is; its box, where the finder knows no masks."""
    if one.mask is not None:
        return one.mask
    left, top, right, bottom = (round(edge) for edge in one.box)
    mask = np.zeros(picture.shape[:2], np.bool_)
    mask[top:bottom, left:right] = True
    return mask


def in_shares(box: Sequence[float], picture: Pixels) -> Box:
    """A box in pixels as shares of the picture."""
    height, width = picture.shape[:2]
    return (box[0] / width, box[1] / height, box[2] / width, box[3] / height)


def covered(i: int, found: Sequence[Found], masks: Sequence[Mask]) -> float:
    """Share of a figure's box that others' figures take."""
    left, top, right, bottom = (round(edge) for edge in found[i].box)
    inside = [mask[top:bottom, left:right] for j, mask in enumerate(masks) if j != i]
    if not inside or not inside[0].size:
        return 0.0
    return float(np.any(inside, axis=0).mean())


def largest(finder: Finder, picture: Pixels) -> Pixels:
    """The largest figure of a real picture; all of it where nobody is found."""
    [found] = finder.find([picture])
    if not found:
        return picture
    areas = [(b[2] - b[0]) * (b[3] - b[1]) for b in (one.box for one in found)]
    return cut_out(picture, found, int(np.argmax(areas)))


def widened(mask: Mask, by: float = WIDENED) -> Mask:
    """A mask that reaches further on all sides, by a share of the shorter side."""
    reach = max(1, round(by * min(mask.shape)))
    grey = Image.fromarray((mask * np.uint8(255)).astype(np.uint8))
    grown: Mask = np.asarray(grey.filter(ImageFilter.MaxFilter(2 * reach + 1))) >= 128
    return grown

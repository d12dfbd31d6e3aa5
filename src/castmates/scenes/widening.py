"""A picture so wide that everybody in it is drawn as large as somebody alone; draws nothing.

A small base knows faces at the size at which one figure fills its picture. So each figure gets a
window of that size, side by side, overlapping (`drawing.windows`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from castmates.core.types import Size
from castmates.scenes.scene import Box
from castmates.scenes.staging import Staged

STRIDE = 5 / 8
"""From one middle to the next where the scene leaves it open, in widths of a window."""
NEAREST = 1 / 2
"""Figures nearer to each other would stand in each other's windows."""
_HIGHER = 1.25
"""How much higher or lower than the base's own a picture may be."""


def widened_scene(at: Staged, native: Size, multiple: int) -> Staged | None:
    """The scene with a window for each; None where there is no room for them.

    There is none where the picture's size is said and too small or too large for it, where places
    are drawn or to be found, and where somebody stands before another.

    Args:
        native: the size that the base draws best; multiple: of pixels that it can draw.
    """
    layers = {stand.layer for stand in at.stands}
    if len(at.players) < 2 or len(layers) > 1 or any(at.masks) or at.scene.places == "found":
        return None
    said = at.course.settings.get("size")
    size = said if isinstance(said, Size) else _open_size(len(at.players), native, multiple)
    if not 1 / _HIGHER <= size.height / native.height <= _HIGHER:
        return None
    boxes = _boxes(at, size, native)
    if not _have_room(boxes, native.width / size.width):
        return None
    pairs = zip(at.stands, boxes, strict=True)
    stands = tuple(replace(stand, box=box) for stand, box in pairs)
    course = replace(at.course, settings={**at.course.settings, "size": size})
    return replace(at, stands=stands, course=course)


def _open_size(count: int, native: Size, multiple: int) -> Size:
    stride = round(native.width * STRIDE / multiple) * multiple
    return Size(width=native.width + (count - 1) * stride, height=native.height)


def _boxes(at: Staged, size: Size, native: Size) -> list[Box]:
    """Everybody's column between the middles of the first and the last window; own boxes stay."""
    count, window = len(at.stands), native.width / size.width
    stride = (1 - window) / (count - 1)
    order = sorted(range(count), key=lambda i: at.stands[i].box[0] + at.stands[i].box[2])
    found = list(at.boxes)
    for column, i in enumerate(order):
        if at.scene.figure[i].box is None:
            middle, (_, top, _, bottom) = window / 2 + column * stride, at.stands[i].box
            found[i] = (middle - stride / 2, top, middle + stride / 2, bottom)
    return found


def _have_room(boxes: Sequence[Box], window: float) -> bool:
    """Whether windows around the boxes reach all of the picture, and no two are too near."""
    middles = sorted((box[0] + box[2]) / 2 for box in boxes)
    kept = [min(max(one, window / 2), 1 - window / 2) for one in middles]
    steps = [later - earlier for earlier, later in pairwise(kept)]
    # Half a pixel of a latent is rounded away; the middles count, not the last digit.
    reach = max(kept[0], 1 - kept[-1]) <= window / 2 + 1e-6
    return window < 1 and reach and NEAREST * window <= min(steps) and max(steps) <= window

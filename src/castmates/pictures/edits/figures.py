"""Whom a finder found in a picture, as one map that is kept; asks no finder.

The map has the picture's size: 0 where nobody is, 1 for the largest figure, 2 for the next. A
finder that knows boxes only gives no map; its boxes cut, but paint no background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.core.ports import Found
from castmates.files.colours import Alpha
from castmates.pictures.edits.steps import Box

COUNTS = 0.25
"""Share of the largest figure's area from which somebody is one of several characters."""

_PARTS = ("face", "head", "hand")
_MOST = 200


@dataclass(frozen=True, eq=False)
class Figures:
    """Everybody in a picture, the largest first.

    Attributes:
        boxes: one for each.
        labels: (H, W) uint8, n where the n-th is; None: only boxes are known.
    """

    boxes: tuple[Box, ...] = ()
    labels: Alpha | None = None

    def mask(self, whom: int, width: int, height: int) -> Alpha | None:
        """(height, width) uint8, 255 where figure `whom` is (0: everybody); None: nobody there."""
        if not self.boxes or whom > len(self.boxes):
            return None
        if self.labels is not None:
            chosen = self.labels == whom if whom else self.labels > 0
            return np.where(chosen, 255, 0).astype(np.uint8)
        mask = np.zeros((height, width), np.uint8)
        for left, top, right, bottom in self.boxes if whom == 0 else self.boxes[whom - 1 : whom]:
            mask[top:bottom, left:right] = 255
        return mask

    def large(self, share: float = COUNTS) -> list[int]:
        """The figures (1, 2 …) of at least this share of the largest one's area, left to right."""
        areas = [(right - left) * (bottom - top) for left, top, right, bottom in self.boxes]
        counted = [n for n, area in enumerate(areas, 1) if area >= share * areas[0]]
        return sorted(counted, key=lambda n: self.boxes[n - 1][0] + self.boxes[n - 1][2])


def figures_of(found: Sequence[Found], width: int, height: int) -> Figures:
    """What is kept of a finder's answer.

    Faces and hands are parts of somebody, and count only where nobody whole was found. Where masks
    share a pixel the surer one has it.
    """
    whole = [one for one in found if one.name not in _PARTS] or list(found)
    placed = [(one, _pixels(one, width, height)) for one in whole]
    there = [(one, box) for one, box in placed if box is not None][:_MOST]
    there.sort(key=lambda pair: -_area(pair[1]))
    boxes = tuple(box for _, box in there)
    if not there or any(one.mask is None for one, _ in there):
        return Figures(boxes)
    labels = np.zeros((height, width), np.uint8)
    surest = sorted(range(len(there)), key=lambda i: there[i][0].confidence)
    for i in surest:
        labels[there[i][0].mask] = i + 1
    return Figures(boxes, labels)


def _pixels(one: Found, width: int, height: int) -> Box | None:
    """The box in whole pixels: of the mask where there is one, since boxes are often loose."""
    if one.mask is not None:
        rows, columns = np.flatnonzero(one.mask.any(1)), np.flatnonzero(one.mask.any(0))
        if not rows.size:
            return None
        return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1
    left, top = max(int(np.floor(one.box[0])), 0), max(int(np.floor(one.box[1])), 0)
    right, bottom = min(int(np.ceil(one.box[2])), width), min(int(np.ceil(one.box[3])), height)
    return (left, top, right, bottom) if right > left and bottom > top else None


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])

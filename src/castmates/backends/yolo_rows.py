"""Read what a YOLO-type model answers, by its shape alone; knows no file and no picture.

Three layouts are told apart, c classes, m mask coefficients (0 without prototypes), a anchors:

    columns   (4 + c + m, a)   middle x, middle y, width, height, a score for each class
    rows      (a, 4 + c + m)   the same, turned
    finished  (k, 6 + m)       left, top, right, bottom, confidence, class; duplicates are gone

All boxes are in pixels of the input. The number of anchors follows from the input's size, so
(a, 6) of two classes is not mistaken for finished rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from castmates.backends.finding import Boxes, Values
from castmates.core.errors import Unfit

_STRIDES = ((8, 16, 32), (8, 16, 32, 64), (4, 8, 16, 32))


class Layout(StrEnum):
    """How the numbers of an answer lie."""

    COLUMNS = "columns"
    ROWS = "rows"
    FINISHED = "finished"


@dataclass(frozen=True)
class Rows:
    """Who was found, before duplicates are left out.

    Attributes:
        boxes: (k, 4) left, top, right, bottom in pixels of the input.
        sure: (k,) confidence.
        classes: (k,) numbers of classes.
        coefficients: (k, m).
    """

    boxes: Boxes
    sure: Values
    classes: NDArray[np.int64]
    coefficients: Values

    def taken(self, which: NDArray[np.intp] | NDArray[np.bool_] | list[int]) -> Rows:
        """Only some of them, in that order."""
        return Rows(
            self.boxes[which], self.sure[which], self.classes[which], self.coefficients[which]
        )


def layout_of(
    shape: tuple[int, int], size: tuple[int, int], classes: int | None, masks: int
) -> Layout:
    """The layout of an answer.

    Args:
        shape: of the answer, without the batch.
        size: height and width of the input in pixels.
        classes: how many the file names; None: it names none.
        masks: mask coefficients of a row.

    Raises:
        Unfit: none of the three fits.
    """
    anchors = {sum((size[0] // s) * (size[1] // s) for s in strides) for strides in _STRIDES}
    for place, layout in ((1, Layout.COLUMNS), (0, Layout.ROWS)):
        if shape[place] in anchors and _is_raw(shape[1 - place], classes, masks):
            return layout
    if shape[1] == 6 + masks:
        return Layout.FINISHED
    # Other strides than the usual ones: then there are more anchors than numbers in a row.
    place = 1 if shape[1] > shape[0] else 0
    if shape[place] not in {3 * n for n in anchors} and _is_raw(shape[1 - place], classes, masks):
        return Layout.COLUMNS if place else Layout.ROWS
    known = f"{4 + classes + masks}" if classes is not None else "4 + classes + mask coefficients"
    raise Unfit(
        f"The model answers with {shape[0]} x {shape[1]} numbers; wanted {known} for each anchor, "
        f"or rows of {6 + masks}.",
        "Export it for detection or segmentation, as YOLOv8 and later do.",
    )


def _is_raw(numbers: int, classes: int | None, masks: int) -> bool:
    return numbers == 4 + classes + masks if classes is not None else numbers > 4 + masks


def rows_of(answer: Values, layout: Layout, masks: int, floor: float) -> Rows:
    """The rows of one picture's answer from a confidence on, most confident first."""
    if layout is Layout.FINISHED:
        rows = _finished(answer, floor)
    else:
        rows = _scored(answer.T if layout is Layout.COLUMNS else answer, masks, floor)
    return rows.taken(np.argsort(-rows.sure, kind="stable"))


def _finished(table: Values, floor: float) -> Rows:
    table = table[table[:, 4] >= floor]
    return Rows(table[:, :4], table[:, 4], table[:, 5].round().astype(np.int64), table[:, 6:])


def _scored(table: Values, masks: int, floor: float) -> Rows:
    rest = table.shape[1] - masks
    table = table[table[:, 4:rest].max(axis=1) >= floor]
    scores, half = table[:, 4:rest], table[:, 2:4] / 2
    boxes = np.concatenate([table[:, :2] - half, table[:, :2] + half], axis=1)
    return Rows(boxes, scores.max(axis=1), scores.argmax(axis=1), table[:, rest:])

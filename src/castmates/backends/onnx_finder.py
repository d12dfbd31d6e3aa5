"""Say where everybody is by an ONNX model of our own format; knows no names.

The input is the tagger's: (n, side, side, 3) float BGR 0..255. The outputs, by name:

    heat          (n, h, w)      how surely the middle of a character's box lies in a cell, 0..1
    boxes         (n, 4, h, w)   left, top, right, bottom of its box, in 0..1 of the input
    coefficients  (n, p, h, w)   how much of each prototype makes up its mask
    prototypes    (n, p, H, W)   mask = sigmoid(sum of coefficient times prototype) > .5 (YOLACT)
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources.abc import Traversable
from pathlib import Path

import numpy as np

from castmates.backends.finding import (
    Values,
    assembled,
    box_overlaps,
    corners_of,
    distinct,
    inside,
    mask_overlaps,
    peaks,
    shared_out,
    squared,
)
from castmates.backends.model_card import embedded
from castmates.backends.onnx_model import BATCH, OnnxModel
from castmates.core.errors import Unfit
from castmates.core.ports import Found, Pixels

OUTPUTS = ("heat", "boxes", "coefficients", "prototypes")
MOST = 8
"""Peaks that are looked at in a picture."""

WIDENED = 0.1
"""A mask may leave its box by this part of the box's size, and by one cell."""

USUAL_THRESHOLD = 0.3
_SAME_BOX, _SAME_MASK = 0.8, 0.6


class OnnxFinder:
    """A finder (port `core.ports.Finder`) from a folder with model.onnx and, maybe, card.toml.

    Raises:
        Missing, BadInput: as `onnx_model.OnnxModel`.
        Unfit: the model has other outputs.
    """

    def __init__(self, folder: Path | Traversable) -> None:
        self._model = OnnxModel(folder)
        self.card = self._model.card
        self.threshold = self.card.threshold or USUAL_THRESHOLD
        outputs = self._model.outputs
        if not set(OUTPUTS) <= set(outputs):
            raise Unfit(
                f"{folder}: the model says {', '.join(outputs)}; wanted {', '.join(OUTPUTS)}.",
                "Use a finder that storybook trained, or open a YOLO-type file as yolo:FILE.",
            )
        blank = np.zeros((self._model.side, self._model.side, 3), np.uint8)
        heat, boxes, coefficients, prototypes = self._model.answers([blank], OUTPUTS)
        cells = heat.shape[1:]
        sound = heat.ndim == 3 and boxes.shape[1:] == (4, *cells) and prototypes.ndim == 4
        if not sound or coefficients.shape[1:] != (prototypes.shape[1], *cells):
            shapes = [list(x.shape) for x in (heat, boxes, coefficients, prototypes)]
            raise Unfit(
                f"{folder}: {', '.join(OUTPUTS)} have the shapes {shapes}; wanted "
                "(n, h, w), (n, 4, h, w), (n, p, h, w), (n, p, H, W).",
                "Export the finder anew.",
            )

    @property
    def name(self) -> str:
        return self._model.name

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        """For each picture its characters with masks, most confident first, `MOST` at most.

        Masks of one picture share no pixel.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which somebody is left out; None: the card's.
        """
        floor = self.threshold if at_least is None else at_least
        found = []
        for begin in range(0, len(pictures), BATCH):
            some = pictures[begin : begin + BATCH]
            answers = self._model.answers(some, OUTPUTS)
            for picture, *said in zip(some, *answers, strict=True):
                found.append(_found(picture.shape, said, floor))
        return found


def storybook() -> OnnxFinder:
    """The embedded finder of the storybook world. Raises Missing when it is not installed."""
    return OnnxFinder(embedded("finder"))


def _found(shape: tuple[int, ...], said: Sequence[Values], floor: float) -> list[Found]:
    """Whom a picture of `shape` shows: peaks, their masks, no one twice."""
    heat, boxes, coefficients, prototypes = said
    rows, columns = peaks(heat, floor, MOST)
    corners = boxes[:, rows, columns].T
    values = assembled(coefficients[:, rows, columns].T, prototypes)
    near = inside(corners, prototypes.shape[1], prototypes.shape[2], WIDENED)
    values = np.where(near, values, np.float32(0))
    covered = values > 0.5
    alike = np.maximum(
        box_overlaps(corners, corners) / _SAME_BOX, mask_overlaps(covered, covered) / _SAME_MASK
    )
    kept = distinct(alike, 1.0)
    fit = squared(shape[0], shape[1])
    masks = shared_out(fit, values[kept])
    places = corners_of(fit.boxes(corners[kept]))
    sure = [min(max(float(heat[rows[i], columns[i]]), 0.0), 1.0) for i in kept]
    return [
        Found(box, confidence, mask=mask)
        for box, confidence, mask in zip(places, sure, masks, strict=True)
        if mask.any()
    ]

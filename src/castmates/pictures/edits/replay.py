"""Draw a picture anew by its steps; reads and writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from castmates.core.errors import Missing, Unfit
from castmates.files.colours import Alpha
from castmates.pictures.edits.filling import filled, grown, of_boxes, placed
from castmates.pictures.edits.layers import Layers, bounds, cut, turned
from castmates.pictures.edits.painting import on_blur, on_colour
from castmates.pictures.edits.steps import (
    BLURRED,
    TRANSPARENT,
    Background,
    Box,
    Crop,
    Inpaint,
    Step,
    Subject,
    Turn,
    Unbar,
    colour,
)

_WHITE = (255, 255, 255)


Opened = Callable[[str], Alpha]
"""The name of a kept mask -> the mask."""


def _none_kept(name: str) -> Alpha:
    raise Missing(f"There is no mask {name}.")


def replayed(layers: Layers, steps: Sequence[Step], opened: Opened = _none_kept) -> Layers:
    """The picture after all steps, in order.

    Raises:
        BadInput: a box leaves nothing, or a colour is unknown.
        Missing: a kept mask, or what a step needs, is not there.
        Unfit: a step wants a figure, and none is known or left; or a hole is empty.
    """
    for step in steps:
        layers = done(layers, step, opened)
    return layers


def done(layers: Layers, step: Step, opened: Opened = _none_kept) -> Layers:
    """The picture after one step. Errors as in `replayed`."""
    if isinstance(step, Inpaint):
        hole = hole_of(step, layers.size, opened)
        return replace(layers, pixels=filled(layers.pixels, hole, step.method, step.radius))
    if isinstance(step, Turn):
        return turned(layers, step.degrees, colour(step.fill) if step.fill else None)
    if isinstance(step, Background):
        return _painted(layers, step.to)
    box = window(layers, step)
    return cut(layers, box) if box != (0, 0, *layers.size) else layers


def window(layers: Layers, step: Step) -> Box:
    """The box that a step keeps; the whole picture for steps that cut nothing."""
    width, height = layers.size
    if isinstance(step, Crop):
        return step.box
    if isinstance(step, Unbar):
        return step.left, step.top, width - step.right, height - step.bottom
    if not isinstance(step, Subject):
        return 0, 0, width, height
    left, top, right, bottom = _bounds(layers)
    room = round(step.margin * max(right - left, bottom - top))
    box = (left - room, top - room, right + room, bottom + room)
    return max(box[0], 0), max(box[1], 0), min(box[2], width), min(box[3], height)


def hole_of(step: Inpaint, size: tuple[int, int], opened: Opened = _none_kept) -> Alpha:
    """(H, W) uint8, 255 where a step paints something over. Raises Missing."""
    if step.boxes:
        return grown(of_boxes(step.boxes, *size), step.grow)
    return grown(placed(opened(step.mask), step.at, *size), step.grow)


def moved(steps: Sequence[Step], index: int, layers: Layers) -> list[Step]:
    """The steps without one of them; boxes behind it keep showing what they showed.

    Only up to the next turn: what is seen behind that is another frame.

    Args:
        layers: the picture before the first step.
    """
    # Only where things lie counts, not what colour they are.
    coloured = (Background, Inpaint)
    before = replayed(layers, [step for step in steps[:index] if not isinstance(step, coloured)])
    left, top, _, _ = window(before, steps[index])
    rest: list[Step] = list(steps[:index])
    turned_since = isinstance(steps[index], Turn)
    for step in steps[index + 1 :]:
        if isinstance(step, Crop) and not turned_since:
            step = Crop(box=_shifted(step.box, left, top))
        if isinstance(step, Inpaint) and not turned_since:
            boxes = tuple(_shifted(box, left, top) for box in step.boxes)
            at = (step.at[0] + left, step.at[1] + top) if step.mask else step.at
            step = step.model_copy(update={"boxes": boxes, "at": at})
        turned_since = turned_since or isinstance(step, Turn)
        rest.append(step)
    return rest


def _shifted(box: Box, left: int, top: int) -> Box:
    return box[0] + left, box[1] + top, box[2] + left, box[3] + top


def _bounds(layers: Layers) -> Box:
    box = None if layers.figure is None else bounds(layers.figure)
    if box is None:
        raise Unfit("Nobody is known in this picture.", "Ask a finder: --finder yolo:FILE")
    return box


def _painted(layers: Layers, to: str) -> Layers:
    figure = layers.figure
    _bounds(layers)
    assert figure is not None
    if layers.alpha is not None:
        figure = np.minimum(figure, layers.alpha)
    if to == BLURRED:
        crowd = figure if layers.everybody is None else layers.everybody
        return replace(layers, pixels=on_blur(layers.pixels, figure, crowd), alpha=None)
    paint = _WHITE if to == TRANSPARENT else colour(to)
    pixels, soft = on_colour(layers.pixels, figure, paint)
    return replace(layers, pixels=pixels, alpha=soft if to == TRANSPARENT else None)

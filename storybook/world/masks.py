"""Measures which pixels each character covers; knows no colours."""

from __future__ import annotations

import numpy as np
import skia

from storybook.world.figure import draw_figure
from storybook.world.pen import Pen
from storybook.world.values import Box, Framed, Mask


def masks_of(spec: Framed, size: int) -> list[Mask]:
    """Return what is visible of each character: later characters stand before earlier ones."""
    whole = []
    for character, act, place in zip(spec.characters, spec.acts, spec.places, strict=True):
        pixels = np.zeros((size, size, 4), np.uint8)
        canvas = skia.Surface(pixels).getCanvas()
        canvas.scale(size / 256, size / 256)
        draw_figure(Pen(canvas, spec.style), character, act, place)
        whole.append(pixels[..., 3] > 127)
    visible = []
    for index, mask in enumerate(whole):
        for nearer in whole[index + 1 :]:
            mask = mask & ~nearer
        visible.append(mask)
    return visible


def boxes_of(masks: list[Mask]) -> list[Box]:
    """Return the tight box of each mask in 0..1; a hidden character has the empty box (0, 0, 0, 0)."""
    boxes: list[Box] = []
    for mask in masks:
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        if not rows.size:
            boxes.append((0.0, 0.0, 0.0, 0.0))
            continue
        high, wide = mask.shape
        boxes.append((float(columns[0]) / wide, float(rows[0]) / high,
                      float(columns[-1] + 1) / wide, float(rows[-1] + 1) / high))  # fmt: skip
    return boxes

"""Measures which pixels each character covers; knows no colours."""

from __future__ import annotations

import numpy as np
import skia
from numpy.typing import NDArray

from storybook.world.assembly import draw_figure
from storybook.world.pen import Pen
from storybook.world.values import Framed

Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]


def masks_of(spec: Framed, size: int) -> list[Mask]:
    """Return what is visible of each character: later characters stand before earlier ones."""
    whole = [_silhouette(spec, index, size) for index in range(len(spec.characters))]
    visible = []
    for index, mask in enumerate(whole):
        for nearer in whole[index + 1 :]:
            mask = mask & ~nearer
        visible.append(mask)
    return visible


def _silhouette(spec: Framed, index: int, size: int) -> Mask:
    pixels = np.zeros((size, size, 4), np.uint8)
    canvas = skia.Surface(pixels).getCanvas()
    canvas.scale(size / 256, size / 256)
    draw_figure(
        Pen(canvas, spec.style), spec.characters[index], spec.acts[index], spec.places[index]
    )
    covered: Mask = pixels[..., 3] > 127
    return covered


def boxes_of(masks: list[Mask]) -> list[Box]:
    """Return the tight box of each mask in 0..1; a hidden character has (0, 0, 0, 0)."""
    return [_box(mask) for mask in masks]


def _box(mask: Mask) -> Box:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return (0.0, 0.0, 0.0, 0.0)
    high, wide = mask.shape
    left, right = columns[0] / wide, (columns[-1] + 1) / wide
    top, bottom = rows[0] / high, (rows[-1] + 1) / high
    return (float(left), float(top), float(right), float(bottom))

"""Lay pictures before and after an edit side by side, to be looked at; writes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from castmates.core.ports import Pixels
from castmates.pictures.edits.layers import Layers

MOST = 24
_SIDE, _GAP, _SQUARE = 256, 8, 8
_COLUMNS = 2


def sheet(pairs: Sequence[tuple[Layers, Layers]], side: int = _SIDE) -> Pixels:
    """Two pairs a row; what is transparent shows a chequered ground.

    Args:
        side: of each picture's square, in pixels.
    """
    cells = [_cell(layers, side) for pair in pairs[:MOST] for layers in pair]
    columns = 2 * _COLUMNS if len(pairs) > 1 else 2
    rows = -(-len(cells) // columns)
    pitch = side + _GAP
    paper = np.full((rows * pitch + _GAP, columns * pitch + _GAP, 3), 232, np.uint8)
    for index, cell in enumerate(cells):
        top, left = _GAP + index // columns * pitch, _GAP + index % columns * pitch
        high, wide = cell.shape[:2]
        down, across = (side - high) // 2, (side - wide) // 2
        paper[top + down : top + down + high, left + across : left + across + wide] = cell
    return paper


def _cell(layers: Layers, side: int) -> Pixels:
    pixels = layers.pixels
    if layers.alpha is not None:
        share = layers.alpha.astype(np.float32)[..., None] / 255
        pixels = (pixels * share + _squares(layers.size) * (1 - share)).astype(np.uint8)
    picture = Image.fromarray(pixels)
    picture.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.array(picture)


def _squares(size: tuple[int, int]) -> Pixels:
    step = max(_SQUARE, max(size) // 32)
    down, across = np.indices((size[1], size[0])) // step
    shade = np.where((down + across) % 2, 150, 205).astype(np.uint8)
    return np.repeat(shade[..., None], 3, axis=2)

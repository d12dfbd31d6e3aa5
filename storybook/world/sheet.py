"""Lays drawn specs out on a contact sheet; chooses none."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from storybook.world.drawing import draw
from storybook.world.values import Framed


def contact_sheet(specs: Sequence[Framed], size: int = 128, columns: int = 12) -> NDArray[np.uint8]:
    """Draw specs row by row into one picture (rows*size, columns*size, 3); the rest stays white."""
    rows = -(-len(specs) // columns)
    sheet = np.full((rows * size, columns * size, 3), 255, np.uint8)
    for index, spec in enumerate(specs):
        top, left = index // columns * size, index % columns * size
        sheet[top : top + size, left : left + size] = draw(spec, size).image
    return sheet

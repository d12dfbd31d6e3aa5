"""A drawn picture with its truth: eyes, masks, boxes; does not draw it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storybook.world.masks import Box, Mask, boxes_of, masks_of
from storybook.world.values import Framed


@dataclass(frozen=True)
class Picture:
    """A drawn spec: `image` uint8 (size, size, 3), `eyes` as (x, y, radius) in 0..1.

    `masks` are bool (size, size), one for each character, and only there if they were asked for.
    """

    image: NDArray[np.uint8]
    spec: Framed
    eyes: tuple[tuple[float, float, float], ...] = ()
    masks: list[Mask] = field(default_factory=list)

    @cached_property
    def boxes(self) -> list[Box]:
        """The tight box (x0, y0, x1, y1) in 0..1 around what is visible of each character.

        Measured on first use, since that costs as much as drawing.
        """
        return boxes_of(self.masks or masks_of(self.spec, self.image.shape[0]))

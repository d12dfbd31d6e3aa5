"""Prepare pictures the way the WD taggers want them; knows no model.

Square with white, centred; bicubic; BGR; float32 from 0 to 255, not normalised (the public
WD taggers' model cards; sd-scripts, taggui and imgutils agree).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels


def prepared(pictures: Sequence[Pixels], side: int) -> NDArray[np.float32]:
    """(n, side, side, 3) float32 BGR 0..255 of (H, W, 3) uint8 RGB pictures of any size."""
    return np.stack([_one(picture, side) for picture in pictures])


def _one(pixels: Pixels, side: int) -> NDArray[np.float32]:
    height, width = pixels.shape[:2]
    longest = max(height, width)
    paper = np.full((longest, longest, 3), 255, dtype=np.uint8)
    top, left = (longest - height) // 2, (longest - width) // 2
    paper[top : top + height, left : left + width] = pixels
    if longest != side:
        picture = Image.fromarray(paper).resize((side, side), Image.Resampling.BICUBIC)
        paper = np.asarray(picture)
    return paper[..., ::-1].astype(np.float32)

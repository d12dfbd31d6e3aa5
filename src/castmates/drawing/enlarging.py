"""Enlarge a picture to any size by a model of one factor; knows no file and no network."""

from __future__ import annotations

from castmates.core.ports import Pixels, Upscaler
from castmates.core.types import Size
from castmates.drawing.image_to_image import fitted

MOST_RUNS = 3


def enlarged(picture: Pixels, size: Size, upscaler: Upscaler | None = None) -> Pixels:
    """A picture at a size; what stands over its shape is cut, evenly.

    As in A1111 the model runs until the size is reached, three times at most, and Lanczos does the
    rest. A model of factor 1 runs once. Without a model Lanczos does it all.
    """
    if upscaler is None:
        return fitted(picture, size)
    for run in range(MOST_RUNS):
        if run and (upscaler.factor == 1 or _covers(picture, size)):
            break
        picture = upscaler.upscale(picture)
    return fitted(picture, size)


def _covers(picture: Pixels, size: Size) -> bool:
    height, width = picture.shape[:2]
    return bool(height >= size.height and width >= size.width)

"""Draw a part of a picture anew and leave the rest to the bit; knows no sampler and no file.

While it is drawn, what the mask keeps is put into every estimate of the clean picture, as in A1111:
any sampler and any base does. In the end the drawn part is laid over the original; its edge is soft
towards the inside, so that nothing outside the mask changes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor

from castmates.core.ports import Mask, Pixels
from castmates.core.types import Size
from castmates.drawing.image_to_image import fitted
from castmates.drawing.schedule import Level
from castmates.drawing.shots import Resize, Start
from castmates.drawing.walking import Estimate, Predict

Shares = NDArray[np.float32]
Box = tuple[int, int, int, int]
"""Left, top, right, bottom in pixels; right and bottom exclusive."""


@dataclass(frozen=True, eq=False)
class Canvas:
    """A picture as it is drawn upon.

    Attributes:
        pixels: at the size that is drawn.
        redrawn: (H, W) of the same size: where; None: all over.
        around: the picture that the drawing is laid over; None: over nothing.
        shares: (H, W) of `around`: how much of the drawing is seen, 0..1.
        box: the part of `around` that is drawn.
    """

    pixels: Pixels
    redrawn: Mask | None = None
    around: Pixels | None = None
    shares: Shares | None = None
    box: Box = (0, 0, 0, 0)

    def finished(self, drawn: Pixels) -> Pixels:
        """The drawing in its place; where its share is 0 the original is untouched."""
        if self.around is None or self.shares is None:
            return drawn
        left, top, right, bottom = self.box
        size = Size.model_construct(width=right - left, height=bottom - top)
        over = fitted(drawn, size, "stretch").astype(np.float32)
        share = self.shares[top:bottom, left:right, None]
        under = self.around[top:bottom, left:right].astype(np.float32)
        result = self.around.copy()
        mixed = np.rint(under + share * (over - under)).clip(0, 255)
        result[top:bottom, left:right] = mixed.astype(np.uint8)
        return result


def canvas_of(start: Start, picture: Pixels, mask: Mask | None, size: Size) -> Canvas:
    """What is drawn upon, from the picture and its mask (of one size; None: no mask)."""
    if start.mask is None or mask is None:
        return Canvas(fitted(picture, size, start.resize))
    if start.mask.area == "masked":
        left, top, right, bottom = box = area_of(mask, start.mask.padding, size)
        part = np.ascontiguousarray(picture[top:bottom, left:right])
        where = fitted_mask(mask[top:bottom, left:right], size, "stretch")
        shares = soft(mask, start.mask.blur)
        return Canvas(fitted(part, size, "stretch"), where, picture, shares, box)
    whole = fitted(picture, size, start.resize)
    where = fitted_mask(mask, size, start.resize)
    box = (0, 0, size.width, size.height)
    return Canvas(whole, where, whole, soft(where, start.mask.blur), box)


def area_of(mask: Mask, padding: int, size: Size) -> Box:
    """The part of a picture that holds the mask and its padding, in the shape of `size`.

    The shape is missed only where the picture ends.
    """
    height, width = mask.shape
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    left, right = _padded(int(columns[0]), int(columns[-1]) + 1, padding, width)
    top, bottom = _padded(int(rows[0]), int(rows[-1]) + 1, padding, height)
    wide = round((bottom - top) * size.width / size.height)
    high = round((right - left) * size.height / size.width)
    left, right = _widened(left, right, wide, width)
    top, bottom = _widened(top, bottom, high, height)
    return left, top, right, bottom


def soft(mask: Mask, blur: float) -> Shares:
    """(H, W) 0..1: 0 outside the mask, rising inwards from its edge over about twice `blur`."""
    shares = mask.astype(np.float32)
    if blur == 0.0:
        return shares
    grey = Image.fromarray((mask * np.uint8(255)).astype(np.uint8))
    blurred = np.asarray(grey.filter(ImageFilter.GaussianBlur(blur)), np.float32) / 255.0
    inwards: Shares = shares * (2.0 * blurred - 1.0).clip(0.0, 1.0)
    return inwards


def fitted_mask(mask: Mask, size: Size, how: Resize) -> Mask:
    """A mask brought to a size as its picture is."""
    grey = np.repeat((mask * np.uint8(255)).astype(np.uint8)[:, :, None], 3, axis=2)
    found: Mask = fitted(grey, size, how)[:, :, 0] >= 128
    return found


def cells(mask: Mask, shape: tuple[int, int]) -> Tensor:
    """(h, w) bool: the latent's places that are drawn: those that the mask covers by half or more.

    A mask too small for that has every place it touches.
    """
    height, width = shape
    parts = mask.reshape(height, mask.shape[0] // height, width, mask.shape[1] // width)
    covered = parts.mean((1, 3))
    found = covered >= 0.5
    return torch.from_numpy(found if found.any() else covered > 0.0)


def holding(predict: Predict, kept: Tensor, clean: Tensor) -> Predict:
    """The same network, which always sees the original where it is kept.

    Args:
        kept: (n, 1, h, w) bool.
        clean: (n, c, h, w) the originals' latents.
    """

    def seen(x: Tensor, level: Level) -> Estimate:
        found = predict(x, level)
        noise = (x - level.alpha * clean) / level.sigma
        return Estimate(
            torch.where(kept, clean, found.clean), torch.where(kept, noise, found.noise)
        )

    return seen


def _padded(low: int, high: int, padding: int, length: int) -> tuple[int, int]:
    return max(0, low - padding), min(length, high + padding)


def _widened(low: int, high: int, wanted: int, length: int) -> tuple[int, int]:
    """A stretch of at least the wanted length around this one, inside of 0..length."""
    wanted = min(max(wanted, high - low), length)
    begin = min(max(0, (low + high - wanted) // 2), length - wanted)
    return begin, begin + wanted

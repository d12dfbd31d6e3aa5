"""The masks of a shot's regions, from boxes and drawn masks; knows no text and no network.

At the size of the picture first, feathered there, then averaged down to the latents: so a feather
is as soft at every resolution, and masks that cover all of the picture stay exactly 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image, ImageFilter
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d

from castmates.core.ports import Mask
from castmates.core.types import Size
from castmates.drawing.batches import Job, latent_shape
from castmates.drawing.inpaint import fitted_mask
from castmates.drawing.shots import Box, ExtendedShot, Regions
from castmates.drawing.sources import Sources
from castmates.drawing.windows import Window, fading, windows_of
from castmates.families.base import Base

Shares = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Places:
    """The regions of one picture.

    Attributes:
        masks: (regions, height, width) float32 at the resolution of the latents; their sum is 1 at
            most.
        said: how they come together.
        windows: first and last (exclusive) column that each region's pass sees; none: all of them.
    """

    masks: Tensor
    said: Regions
    windows: tuple[Window, ...] = ()


def places_of(at: Job, base: Base, sources: Sources) -> Places | None:
    """The places of a job; None where its words act all over."""
    said = at.shot.places if isinstance(at.shot, ExtendedShot) else None
    if said is None:
        return None
    _, height, width = latent_shape(at.size, base)
    if said.blending == "windows":
        windows = windows_of([one.box for one in said.regions], width, native_columns(base))
        shares = fading(windows, width)[:, None].expand(-1, height, -1)
        return Places(shares.to(base.device), said, windows)
    masks = masks_of(said, at.size, sources.masks)
    small = adaptive_avg_pool2d(torch.from_numpy(masks)[None], (height, width))[0]
    return Places(small.to(base.device), said)


def native_columns(base: Base) -> int:
    """How many columns of latents the base draws best."""
    side = base.facts.native_size
    return latent_shape(Size(width=side, height=side), base)[2]


def masks_of(said: Regions, size: Size, drawn: Mapping[str, Mask]) -> Shares:
    """(regions, H, W) in 0..1 at a picture's size: feathered, higher layers in front.

    Args:
        drawn: digest -> mask, for regions that name one.
    """

    alone = [
        _feathered(
            fitted_mask(drawn[one.mask], size, "stretch").astype(np.float32)
            if one.mask
            else boxed(one.box, size),
            said.feather,
        )
        for one in said.regions
    ]
    return _layered(np.stack(alone), [one.layer for one in said.regions])


def boxed(box: Box, size: Size) -> Shares:
    """(H, W): how much of every pixel lies in a box."""
    left, top, right, bottom = box
    across = _covered(left * size.width, right * size.width, size.width)
    down = _covered(top * size.height, bottom * size.height, size.height)
    return np.asarray(down[:, None] * across[None, :], np.float32)


def _covered(low: float, high: float, length: int) -> Shares:
    begins = np.arange(length, dtype=np.float32)
    shares = np.minimum(begins + 1, high) - np.maximum(begins, low)
    return np.asarray(shares.clip(0.0, 1.0), np.float32)


def _feathered(shares: Shares, feather: float) -> Shares:
    radius = feather * min(shares.shape)
    if radius == 0.0 or shares.min() == shares.max():
        return shares
    grey = Image.fromarray(np.rint(shares * 255).astype(np.uint8))
    soft = np.asarray(grey.filter(ImageFilter.GaussianBlur(radius)), np.float32)
    return np.asarray(soft / np.float32(255), np.float32)


def _layered(alone: Shares, layers: Sequence[int]) -> Shares:
    """What is seen of each: higher layers hide lower ones, equal ones share."""
    seen = np.zeros_like(alone)
    left = np.ones(alone.shape[1:], np.float32)
    for layer in sorted(set(layers), reverse=True):
        own = [i for i, one in enumerate(layers) if one == layer]
        total = alone[own].sum(0)
        seen[own] = left * alone[own] / np.maximum(total, 1.0)
        left = left * (1.0 - np.minimum(total, 1.0))
    return seen

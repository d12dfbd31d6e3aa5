"""Each picture encoded once in every way it is shown, and its mask beside it; knows no training.

Both are kept by the content of the files, the base and the view (`cache`), so a changed picture,
another base or another size can never be served an old latent. Shifted colours are different at
every look and so are encoded when they are looked at.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache, partial
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.ports import Pixels
from castmates.families.base import Base
from castmates.files import images
from castmates.files.decoding import decode
from castmates.files.reading import read_bytes
from castmates.training.cache import Cache, name_of
from castmates.training.data import Item
from castmates.training.tints import PLAIN, Tint
from castmates.training.views import View

Shown = tuple[Item, View]
Named = dict[tuple[str, View], Tensor]
"""Tensors by the digest of a picture (for masks: of picture and mask) and the view."""


def latent_name(base: Base, item: Item, view: View) -> str:
    """The name of a latent in the cache."""
    return name_of("latent", item.digest, base.fingerprint, view)


def encoded(base: Base, shown: Iterable[Shown], cache: Cache) -> Named:
    """The latents of all views: (c, h, w) float32 on the CPU, scaled as the U-Net reads them.

    Raises:
        CastmatesError: the base's VAE made numbers that are not finite.
        BadInput: a picture is broken.
    """
    pairs = tuple(shown)
    names = [latent_name(base, item, view) for item, view in pairs]
    makers = {name: partial(encode, base, *pair) for name, pair in zip(names, pairs, strict=True)}
    found = cache.filled(makers, "encoding", "pictures")
    keys = ((item.digest, view) for item, view in pairs)
    return {key: found[name] for key, name in zip(keys, names, strict=True)}


def encode(base: Base, item: Item, view: View, tint: Tint = PLAIN) -> Tensor:
    """One latent; errors as in `encoded`."""
    pixels = tint.of(view.of(_pixels(item.path, item.digest)))
    with torch.no_grad():
        latent = base.encode_pictures([pixels])[0].detach().float().cpu().contiguous()
    if not torch.isfinite(latent).all():
        raise CastmatesError(
            f"The base's VAE encodes {item.path.name} to numbers that are not finite.",
            "Use float32 for the VAE, or a base whose VAE is sound.",
        )
    return latent


def masks(base: Base, shown: Iterable[Shown], cache: Cache, *, alpha: bool) -> Named:
    """How much each place of a latent counts, 0..1: (1, h, w) float32, ones without a mask.

    Args:
        alpha: a picture without a mask file is weighed by its own opacity.

    Raises:
        BadInput: a mask of another size than its picture, or a broken one.
    """
    pairs, by = tuple(shown), base.facts.latent_side
    names = [name_of("mask", i.digest, i.mask_digest, by, alpha, view) for i, view in pairs]
    makers = {
        name: partial(_shrunk, item, view, by, alpha)
        for name, (item, view) in zip(names, pairs, strict=True)
    }
    found = cache.filled(makers, "reading masks", "pictures")
    keys = ((item.digest + item.mask_digest, view) for item, view in pairs)
    return {key: found[name] for key, name in zip(keys, names, strict=True)}


def masks_of(base: Base, shown: Iterable[Shown], alpha: bool) -> Named:
    """The same for a few, without a cache."""
    by = base.facts.latent_side
    return {(i.digest + i.mask_digest, v): _shrunk(i, v, by, alpha) for i, v in shown}


def _shrunk(item: Item, view: View, by: int, alpha: bool) -> Tensor:
    """The mean of the mask over each latent's pixels."""
    mask = _mask(item, alpha)
    width, height = view.size[0] // by, view.size[1] // by
    if mask is None:
        return torch.ones(1, height, width)
    shares = torch.from_numpy(view.of(mask)).float() / 255
    return shares.reshape(1, height, by, width, by).mean(dim=(2, 4))


def _mask(item: Item, alpha: bool) -> Pixels | None:
    """(H, W) uint8, of the picture's size."""
    if item.mask is None:
        return decode(read_bytes(item.path), item.path).alpha if alpha else None
    found = np.ascontiguousarray(images.read(item.mask)[..., 0])
    picture = _pixels(item.path, item.digest)
    if found.shape != picture.shape[:2]:
        height, width = found.shape
        raise BadInput(
            f"The mask {item.mask} is {width}x{height}; its picture is "
            f"{picture.shape[1]}x{picture.shape[0]}.",
            "Make them of one size, or take the mask out.",
        )
    return found


@lru_cache(maxsize=1)
def _pixels(path: Path, digest: str) -> Pixels:
    """The views of a picture come one after the other; the digest is there for what changes."""
    del digest
    return images.read(path)

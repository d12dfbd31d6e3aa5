"""Each picture encoded once, kept in one file under the name of its content; knows no training.

A key is the hash of the picture's bytes, the base and the size, so a changed picture, another base
or another size can never be served an old latent (kohya's caches check names only).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from castmates.core.errors import CastmatesError
from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.core.ports import Pixels
from castmates.core.types import Size
from castmates.families.base import Base
from castmates.files import images
from castmates.files.writing import write_bytes
from castmates.training.data import Item

_LOST_SHARE = 0.2
"""Warn when the cut to the run's shape takes more than this share of a picture."""


def key_of(item: Item, base: Base, size: Size, mirrored: bool = False) -> str:
    """The name of a latent: SHA-256 (hex, 32 digits) of content, base, size and side."""
    written = f"{item.digest}/{base.fingerprint}/{size}/{'mirrored' if mirrored else 'as it is'}"
    return sha256(written.encode()).hexdigest()[:32]


def encoded(
    base: Base, items: Sequence[Item], size: Size, flip: bool, cache: Path, tell: Tell = silent
) -> dict[str, Tensor]:
    """Every item's latent by its key: (c, h, w) float32 on the CPU, scaled as the U-Net reads it.

    Args:
        flip: encode mirrored pictures too.
        cache: the safetensors file; what it has is not encoded again, what is new joins it.

    Raises:
        CastmatesError: the base's VAE made numbers that are not finite.
        BadInput: a picture is broken.
    """
    sides = (False, True) if flip else (False,)
    wanted = {key_of(i, base, size, side): (i, side) for i in items for side in sides}
    have = {k: v for k, v in _read(cache, tell).items() if k in wanted}
    missing = [key for key in wanted if key not in have]
    if not missing:
        return have
    tell(Began(what="encoding", total=len(missing), unit="pictures"))
    for done, key in enumerate(missing, 1):
        have[key] = _encode(base, *wanted[key], size)
        tell(Moved(what="encoding", done=done))
    write_bytes(cache, save(have))
    return have


def warn_of_cuts(items: Sequence[Item], size: Size, tell: Tell) -> None:
    """Say it when pictures lose a good part because their shape is not the run's."""
    losing = [item for item in items if _lost(images.read(item.path), size) > _LOST_SHARE]
    if losing:
        names = ", ".join(item.path.name for item in losing[:5])
        more = f" and {len(losing) - 5} more" if len(losing) > 5 else ""
        tell(
            Warned(
                what=f"{len(losing)} of {len(items)} pictures lose more than "
                f"{_LOST_SHARE:.0%} when cut to {size}: {names}{more}.",
                fix="Crop them yourself, so that nothing of the character is cut off.",
            )
        )


def _lost(pixels: Pixels, size: Size) -> float:
    height, width = pixels.shape[:2]
    own, wanted = width / height, size.width / size.height
    return float(1 - min(own, wanted) / max(own, wanted))


def _encode(base: Base, item: Item, mirrored: bool, size: Size) -> Tensor:
    pixels = images.resized(images.read(item.path), size, fit="cover")
    if mirrored:
        pixels = np.ascontiguousarray(pixels[:, ::-1])
    with torch.no_grad():
        latent = base.encode_pictures([pixels])[0].detach().float().cpu().contiguous()
    if not torch.isfinite(latent).all():
        raise CastmatesError(
            f"The base's VAE encodes {item.path.name} to numbers that are not finite.",
            "Use float32 for the VAE, or a base whose VAE is sound.",
        )
    return latent


def _read(cache: Path, tell: Tell) -> Mapping[str, Tensor]:
    if not cache.exists():
        return {}
    try:
        return dict(load_file(cache))
    except (SafetensorError, OSError):
        tell(Warned(what=f"The latent cache {cache.name} is damaged; it is made again."))
        return {}

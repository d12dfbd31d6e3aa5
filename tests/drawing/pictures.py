"""A picture, a mask, and shots that begin with them, on the tiny base of 64 px."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from castmates.core.ports import Mask, Pixels
from castmates.core.types import Shot
from castmates.drawing.painter import Painter
from castmates.drawing.shots import ExtendedShot, Inpaint, Start
from castmates.drawing.sources import Sources, digest_of
from castmates.families.base import Base


def picture(width: int = 64, height: int = 64, seed: int = 0) -> Pixels:
    """Smooth colours: what a VAE may see."""
    numbers = np.random.default_rng(seed)
    waves = numbers.uniform(0.02, 0.12, (3, 2))
    down, across = np.mgrid[:height, :width]
    planes = [np.sin(a * down + b * across + i) for i, (a, b) in enumerate(waves)]
    return (np.stack(planes, -1) * 100 + 128).round().astype(np.uint8)


def masked(width: int = 64, height: int = 64) -> Mask:
    """A box, from a quarter to two thirds."""
    mask = np.zeros((height, width), np.bool_)
    mask[height // 4 : 2 * height // 3, width // 4 : 2 * width // 3] = True
    return mask


PICTURE, MASK = picture(), masked()
SOURCES = Sources({digest_of(PICTURE): PICTURE}, {digest_of(MASK): MASK})


def start(strength: float, **more: object) -> Start:
    return Start.model_validate({"picture": digest_of(PICTURE), "strength": strength, **more})


def inpaint(**more: object) -> Inpaint:
    return Inpaint.model_validate({"picture": digest_of(MASK), "blur": 2, **more})


def shot(words: str = "a fox", seed: int = 0, **more: object) -> ExtendedShot:
    given = {"size": 64, "steps": 4, "guidance": 3.0, "sampler": "euler a", **more}
    return ExtendedShot.model_validate({"words": words, "seed": seed, **given})


def drawn(
    base: Base, shots: Sequence[Shot], batch: int = 16, sources: Sources = SOURCES
) -> list[Pixels]:
    painter = Painter(base, batch, precise=True, sources=sources)
    pictures = {one.index: one.pixels for one in painter.draw(shots)}
    return [pictures[i] for i in range(len(shots))]


def one(base: Base, wanted: Shot, sources: Sources = SOURCES) -> Pixels:
    return drawn(base, [wanted], sources=sources)[0]


def apart(one: Pixels, other: Pixels) -> int:
    """The largest difference, in 1/255."""
    return int(np.abs(one.astype(int) - other.astype(int)).max())

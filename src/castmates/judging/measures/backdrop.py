"""What is behind a figure, coarsely, and how alike two backdrops are; knows no study.

Pictures are shrunk to 16 × 16 colours in which the figure's pixels do not count. Two backdrops are
compared only where both can be seen, without the mean colour of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Found, Mask, Pixels
from castmates.judging.likeness import LAYOUT

SEEN = 0.4
"""A cell of the backdrop counts if the figure leaves this share of it to be seen."""
FLAT = 9.0
"""Colours that vary less than this (standard deviation, 0..255) are no scene but a plain wall, and
all plain walls are alike: nothing can be said about copying."""
SHARED = 0.25
"""Backdrops that share fewer cells than this are not compared."""


@dataclass(frozen=True, eq=False)
class Backdrops:
    """Backdrops of n pictures.

    Attributes:
        colours: (n, 256, 3), without the mean, 0 where the figure stands.
        seen: (n, 256), 1 where the backdrop can be seen.
        plain: (n,): nothing to compare.
    """

    colours: NDArray[np.float64]
    seen: NDArray[np.float64]
    plain: NDArray[np.bool_]

    def cosines(self, others: Backdrops) -> NDArray[np.float64]:
        """(n, m) over the cells that both show; NaN where one is plain or too little is shared."""
        mine, theirs = _flat(self.colours), _flat(others.colours)
        dots = mine @ theirs.T
        own = (self.colours**2).sum(2) @ others.seen.T
        their = self.seen @ (others.colours**2).sum(2).T
        shared = self.seen @ others.seen.T
        found = dots / np.sqrt(np.maximum(own * their, 1e-9))
        bad = self.plain[:, None] | others.plain[None] | (shared < SHARED * LAYOUT**2)
        return np.where(bad, np.nan, np.clip(found, -1.0, 1.0))


def backdrops(pictures: Sequence[Pixels], found: Sequence[Found | None]) -> Backdrops:
    """The backdrops of pictures whose main figures were found; None: nothing is known of it."""
    rows, seen, flat = [], [], []
    for picture, one in zip(pictures, found, strict=True):
        free = np.ones(picture.shape[:2]) if one is None else 1.0 - mask_of(picture, one)
        colours, weights = _shrunk(picture.astype(np.float64), free)
        shows = weights > SEEN
        mean = colours[shows].mean(axis=0) if shows.any() else 0.0
        centred = np.where(shows[:, None], colours - mean, 0.0)
        rows.append(centred)
        seen.append(shows.astype(np.float64))
        spread = float(np.sqrt((centred**2).sum() / max(1, shows.sum() * 3)))
        flat.append(one is None or spread < FLAT)
    return Backdrops(np.stack(rows), np.stack(seen), np.asarray(flat, dtype=np.bool_))


def mask_of(picture: Pixels, one: Found) -> NDArray[np.float64]:
    """1 where the figure is, (h, w); its box, where the finder knows no mask."""
    mask: Mask | None = one.mask
    if mask is not None:
        return mask.astype(np.float64)
    filled = np.zeros(picture.shape[:2])
    left, top, right, bottom = (round(edge) for edge in one.box)
    filled[max(0, top) : bottom, max(0, left) : right] = 1.0
    return filled


def _shrunk(
    colours: NDArray[np.float64], free: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(256, 3) mean colours of what is free in each cell, and (256,) how much of it is."""
    weights = _box(free)
    parts = [_box(colours[..., i] * free) for i in range(3)]
    return np.stack(parts, axis=1) / np.maximum(weights, 1e-6)[:, None], weights


def _box(plane: NDArray[np.float64]) -> NDArray[np.float64]:
    small = Image.fromarray(plane.astype(np.float32)).resize((LAYOUT, LAYOUT), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64).ravel()


def _flat(colours: NDArray[np.float64]) -> NDArray[np.float64]:
    return colours.reshape(len(colours), -1)

"""How the colours of a picture are shifted on a look; knows no training and no tensors.

What sd-scripts calls colour augmentation, as it is meant: on a third of the looks either all hues
turn a little or the picture gets a little brighter or darker. Its own gamma is taken of whole 8-bit
numbers and so only darkens, by up to a quarter; here it is taken of shares of white.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import numpy as np

from castmates.core.ports import Pixels

SHARE = 0.33
"""Of the looks that are shifted at all."""
MOST_DEGREES = 16.0
"""sd-scripts turns hues by up to 8 of the 180 steps of a circle."""
LEAST_GAMMA, MOST_GAMMA = 0.95, 1.05


@dataclass(frozen=True)
class Tint:
    """Attributes:
    degrees: how far hues turn.
    gamma: the power that shares of white are raised to; below 1: brighter.
    """

    degrees: float = 0.0
    gamma: float = 1.0

    def of(self, pixels: Pixels) -> Pixels:
        """The picture with its colours shifted; the same array when nothing is."""
        if self == PLAIN:
            return pixels
        shares = pixels.astype(np.float32) / 255
        if self.degrees:
            shares = _turned(shares, self.degrees)
        if self.gamma != 1.0:
            shares = shares**self.gamma
        found: Pixels = np.rint(shares * 255).clip(0, 255).astype(np.uint8)
        return found

    def __str__(self) -> str:
        """`hue +12°`, `gamma 0.97`; empty: nothing is shifted."""
        hue = f"hue {self.degrees:+.0f}°" if self.degrees else ""
        return hue or (f"gamma {self.gamma:.2f}" if self.gamma != 1.0 else "")


PLAIN = Tint()


def tint_of(chance: Random) -> Tint:
    """The shift of one look, given its own random numbers."""
    if chance.random() >= SHARE:
        return PLAIN
    if chance.random() < 0.5:
        return Tint(degrees=chance.uniform(-MOST_DEGREES, MOST_DEGREES))
    return Tint(gamma=chance.uniform(LEAST_GAMMA, MOST_GAMMA))


def _turned(shares: np.ndarray, degrees: float) -> np.ndarray:
    """Hues turned with saturation and value kept (HSV); shares: (H, W, 3) in 0..1."""
    red, green, blue = shares[..., 0], shares[..., 1], shares[..., 2]
    value = shares.max(axis=-1)
    chroma = value - shares.min(axis=-1)
    divided = np.where(chroma > 0, chroma, 1)
    hue = np.where(
        value == red,
        (green - blue) / divided,
        np.where(value == green, (blue - red) / divided + 2, (red - green) / divided + 4),
    )
    hue = hue + degrees / 60
    steps = [(hue + n) % 6 for n in (5, 3, 1)]
    falls = [np.clip(np.minimum(step, 4 - step), 0, 1) for step in steps]
    return np.stack([value - chroma * fall for fall in falls], axis=-1)

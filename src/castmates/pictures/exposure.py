"""Measure how light a picture is and how far its tones reach; knows no folders."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from castmates.core.ports import Pixels

_DARK, _LIGHT = 80.0, 205.0
_REACH, _PALE = 90.0, 40.0
_MOST_SIDE = 256

Fault = Literal["too dark", "too light", "washed out"]


@dataclass(frozen=True)
class Exposure:
    """Tones of a picture, 0..255 of luma.

    Attributes:
        low, middle, high: what 2, 50 and 98 % of the pixels lie below.
        colour: the mean distance of the strongest from the weakest primary colour.
    """

    low: float
    middle: float
    high: float
    colour: float

    @property
    def fault(self) -> Fault | None:
        """What is wrong; None for a picture that uses its tones.

        A figure on white paper is light for the most part, but its lines are dark: so the ends
        decide, not the middle.
        """
        if self.high < _DARK:
            return "too dark"
        if self.low > _LIGHT:
            return "too light"
        if self.high - self.low < _REACH and self.colour < _PALE:
            return "washed out"
        return None


def exposure(pixels: Pixels) -> Exposure:
    """The tones of (H, W, 3) uint8; luma by ITU-R BT.601."""
    step = max(1, max(pixels.shape[:2]) // _MOST_SIDE)
    some = pixels[::step, ::step].astype(np.float32)
    luma = some @ np.array([0.299, 0.587, 0.114], np.float32)
    low, middle, high = np.percentile(luma, [2, 50, 98])
    colour = float((some.max(axis=2) - some.min(axis=2)).mean())
    return Exposure(float(low), float(middle), float(high), colour)

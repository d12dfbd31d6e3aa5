"""Colours of paper, ink and accents out of a picture; knows no page."""

from __future__ import annotations

import colorsys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels

Colour = tuple[int, int, int]

PAPER: Colour = (253, 248, 238)
INK: Colour = (46, 40, 52)
_WHITISH: Colour = (254, 252, 249)


@dataclass(frozen=True)
class Tints:
    """Paper that goes with a picture, ink to read on it, an accent for ornaments.

    `deep` is a ground on which white can be read.
    """

    paper: Colour = PAPER
    ink: Colour = INK
    accent: Colour = (196, 112, 84)
    deep: Colour = (74, 84, 112)


def tints_of(pixels: Pixels) -> Tints:
    """The tints of a picture; ink and paper always have a contrast of 7 or more."""
    small = Image.fromarray(pixels).convert("RGB").resize((32, 32), Image.Resampling.BOX)
    rows = np.asarray(small, np.float64).reshape(-1, 3)
    # The upper half is mostly what is behind everybody, and gives a picture its mood.
    hue = _hue(rows[:512].mean(axis=0))
    paper = _mixed(_of(hue, 0.70, 0.52), _WHITISH, 0.80)
    ink = _mixed(_of(hue, 0.17, 0.30), INK, 0.45)
    bright = [colorsys.rgb_to_hls(*(row / 255.0)) for row in rows]
    vivid = max(bright, key=lambda hls: hls[2] * (1.0 - abs(2.0 * hls[1] - 1.0)))
    accent = _of(vivid[0], 0.47, min(max(vivid[2], 0.3), 0.6))
    return Tints(paper, ink, accent, _deepened(_of(hue, 0.40, 0.42)))


def hexed(colour: Colour) -> str:
    """`#rrggbb`."""
    return "#{:02x}{:02x}{:02x}".format(*colour)


def contrast(first: Colour, second: Colour) -> float:
    """The contrast of two colours, 1..21 (WCAG 2.1, relative luminance)."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _deepened(colour: Colour) -> Colour:
    """Darker, until white has a contrast of 5.5 on it."""
    while contrast(colour, (255, 255, 255)) < 5.5:
        colour = _mixed(colour, (0, 0, 0), 0.08)
    return colour


def _luminance(colour: Colour) -> float:
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (part / 255.0 for part in colour)
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _hue(mean: NDArray[np.float64]) -> float:
    return colorsys.rgb_to_hls(*(mean / 255.0))[0]


def _of(hue: float, light: float, saturation: float) -> Colour:
    red, green, blue = colorsys.hls_to_rgb(hue, light, saturation)
    return (round(255 * red), round(255 * green), round(255 * blue))


def _mixed(first: Colour, second: Colour, share: float) -> Colour:
    parts = [round(a + (b - a) * share) for a, b in zip(first, second, strict=True)]
    return (parts[0], parts[1], parts[2])

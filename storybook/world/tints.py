"""Mixes colours; knows no palette."""

from __future__ import annotations

from storybook.world.tables import Colour


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """Blend two colours; share 0 is the first, 1 the second."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(one, other, strict=True))
    return (red, green, blue)


def darker(base: Colour, share: float = 0.22) -> Colour:
    """Return a warm, darker shade; never towards pure black, which looks dirty."""
    return mix(base, (38, 18, 46), share)


def lighter(base: Colour, share: float = 0.4) -> Colour:
    """Return a lighter tint."""
    return mix(base, (255, 255, 255), share)


def is_light(base: Colour) -> bool:
    """Say whether a dark detail stands out better on this colour than a light one."""
    return sum(base) > 520


def is_dark(base: Colour) -> bool:
    """Say whether dark lines would be lost on this colour."""
    return sum(base) < 260

"""Draws patterns on a head: zebra stripes, masks, patches, spots; only casts wear them."""

from __future__ import annotations

from storybook.world.figure import Figure
from storybook.world.pen import Pen
from storybook.world.tables import Colour, colour

_SPOTS = ((-0.6, -0.55, 0.22), (0.1, -0.72, 0.17), (0.66, -0.5, 0.2), (-0.82, 0.3, 0.14))


def draw_pattern(figure: Figure) -> None:
    """Draw the pattern of a character that has one; masks and patches do not show from behind."""
    pattern = figure.character.pattern
    if not pattern:
        return
    tint = colour("outfit", figure.character.pattern_colour)
    if pattern == "zebra":
        _zebra(figure.pen, tint)
    elif pattern == "spots":
        for x, y, size in _SPOTS:
            figure.pen.oval(x, y, size, size, tint, rim=False)
    elif not figure.behind:
        if pattern == "mask":
            _mask(figure.pen, tint, figure.turn)
        else:
            figure.pen.oval(0.44 + 0.5 * figure.turn, -0.02, 0.48, 0.52, tint, rim=False)


def _zebra(pen: Pen, tint: Colour) -> None:
    for side in (-1, 0, 1):
        top = -0.93 + abs(side) * 0.14
        stripe = [(side * 0.48 - 0.13, top), (side * 0.48 + 0.13, top), (side * 0.36, -0.36)]
        pen.polygon(stripe, tint, rim=False)
    for side in (-1, 1):
        for row in (0, 1):
            y = 0.06 + 0.3 * row
            stripe = [(side * 1.03, y - 0.06), (side * 0.98, y + 0.14), (side * 0.66, y + 0.08)]
            pen.polygon(stripe, tint, rim=False)


def _mask(pen: Pen, tint: Colour, x: float) -> None:
    upper = [(-1.02, -0.3), (-0.5, -0.5), (x, -0.2), (0.5, -0.5), (1.02, -0.3)]
    lower = [(1.0, 0.3), (0.45, 0.5), (x, 0.25), (-0.45, 0.5), (-1.0, 0.3)]
    pen.blob(upper + lower, tint, rim=False)

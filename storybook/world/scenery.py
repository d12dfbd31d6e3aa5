"""Draws what several scenes share: skies, clouds, firs, the night; knows no whole scene."""

from __future__ import annotations

import random

import skia

from storybook.world.pen import Pen
from storybook.world.tables import Colour
from storybook.world.tints import mix

WHITE: Colour = (255, 255, 255)
SUN: Colour = (255, 228, 122)


def colour_of(pen: Pen, tint: Colour) -> int:
    """Return a tint as the style shows it, in skia's form."""
    return int(skia.ColorSetARGB(255, *pen.tone(tint)))


def sky(pen: Pen, top: Colour, bottom: Colour) -> None:
    """Fill the picture with a sky from top to bottom."""
    ends = [skia.Point(0, 0), skia.Point(0, 220)]
    tints = [colour_of(pen, top), colour_of(pen, bottom)]
    pen.canvas.drawPaint(skia.Paint(Shader=skia.GradientShader.MakeLinear(ends, tints)))


def nightfall(pen: Pen, rng: random.Random) -> None:
    """Turn a day scene into night: a blue veil, stars, a crescent moon."""
    veil = skia.Paint(Color=skia.ColorSetARGB(255, 84, 92, 168), BlendMode=skia.BlendMode.kMultiply)
    pen.canvas.drawPaint(veil)
    for _ in range(12):
        size = rng.uniform(1.4, 2.6)
        x, y = rng.uniform(6, 250), rng.uniform(6, 90)
        pen.oval(x, y, size, size, (255, 250, 214), rim=False)
    pen.oval(40, 40, 21, 21, (255, 246, 196), rim=False)
    pen.oval(49, 34, 18, 18, (88, 104, 172), rim=False)


def cloud(pen: Pen, x: float, y: float, size: float) -> None:
    """Draw a cloud around (x, y)."""
    for across, up, radius in ((0, 0, 17), (18, 4, 13), (-18, 4, 13), (6, -8, 14)):
        wide, high = radius * size, radius * size * 0.8
        pen.oval(x + across * size, y + up * size, wide, high, WHITE, rim=False)


def fir(pen: Pen, x: float, base: float, size: float, green: Colour, snow: bool = False) -> None:
    """Draw a fir that stands at (x, base)."""
    pen.box((x - 6 * size, base - 24 * size, x + 6 * size, base + 4), 2, (128, 90, 66))
    for step in range(3):
        bottom, half = base - 16 * size - 34 * step * size, (42 - 9 * step) * size
        tip = (x, bottom - 54 * size)
        tint = mix(green, WHITE, 0.05 * step)
        pen.polygon([(x - half, bottom), tip, (x + half, bottom)], tint)
        if snow:
            white, edge = half * 0.42, bottom - 31 * size
            pen.polygon([(x - white, edge), tip, (x + white, edge)], (250, 252, 255), rim=False)

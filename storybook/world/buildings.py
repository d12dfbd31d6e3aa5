"""Draws the scenes with walls on a 256-unit canvas: city, castle, bedroom; knows no characters."""

from __future__ import annotations

import random

from storybook.world.pen import Pen
from storybook.world.scenery import cloud, colour_of, sky
from storybook.world.tables import Colour
from storybook.world.tints import lighter

_HOUSES: tuple[Colour, ...] = ((190, 146, 166), (148, 164, 196), (212, 158, 134), (160, 178, 160))
_WALLS: tuple[Colour, ...] = ((230, 212, 242), (214, 230, 246), (248, 222, 220))
_STONE: Colour = (214, 204, 216)
_ROOF: Colour = (206, 88, 108)
_FRAME: Colour = (250, 248, 244)


def city(pen: Pen, rng: random.Random) -> None:
    """Draw six houses with lit windows along a street."""
    sky(pen, (255, 216, 184), (252, 238, 220))
    left = -8.0
    for index in range(6):
        wide, top = rng.uniform(40, 50), 60 + rng.uniform(0, 70)
        pen.box((left, top, left + wide, 222), 2, _HOUSES[index % 4], rim=False)
        for row in range(int((200 - top) // 26)):
            for across in (0.18, 0.58):
                x, y = left + wide * across, top + 10 + row * 26
                pen.box((x, y, x + 11, y + 13), 1, (255, 242, 180), rim=False)
        left += wide + 2
    pen.box((-4, 208, 260, 260), 0, (142, 138, 152), rim=False)
    pen.box((-4, 204, 260, 213), 0, (206, 200, 206), rim=False)


def castle(pen: Pen, rng: random.Random) -> None:
    """Draw a castle with four towers on a green hill."""
    sky(pen, (186, 216, 250), (252, 230, 228))
    cloud(pen, rng.choice((36, 220)), 34, 0.9)
    middle = 128 + rng.uniform(-14, 14)
    pen.box((middle - 84, 104, middle + 84, 214), 0, _STONE)
    for offset, top, wide in ((-92, 66, 25), (92, 66, 25), (-44, 36, 17), (44, 36, 17)):
        x = middle + offset
        pen.box((x - wide, top, x + wide, 214), 0, lighter(_STONE, 0.25))
        pen.polygon([(x - wide - 7, top), (x, top - 50), (x + wide + 7, top)], _ROOF)
        pen.box((x - 6, top + 20, x + 6, top + 42), 6, (112, 100, 146), rim=False)
    pen.oval(128, 270, 240, 78, (144, 198, 112), rim=False)


def bedroom(pen: Pen, rng: random.Random) -> None:
    """Draw a wall, a window with the moon, a rug and a bed."""
    pen.canvas.clear(colour_of(pen, rng.choice(_WALLS)))
    pen.box((-4, 204, 260, 260), 0, (214, 170, 132), rim=False)
    pen.oval(128, 238, 96, 18, (250, 214, 160), rim=False)
    side = rng.choice((0, 1))
    x = 18 if side else 176
    pen.box((x, 24, x + 62, 92), 4, (72, 84, 152))
    pen.oval(x + 40, 48, 11, 11, (255, 246, 196), rim=False)
    pen.line([(x, 58), (x + 62, 58)], _FRAME, 4)
    pen.line([(x + 31, 24), (x + 31, 92)], _FRAME, 4)
    bed = 152 if side else -20
    pen.box((bed, 128, bed + 124, 222), 8, (182, 122, 88))
    pen.box((bed + 6, 132, bed + 118, 170), 10, (253, 251, 247))
    pen.box((bed + 4, 156, bed + 120, 208), 10, (244, 158, 158))

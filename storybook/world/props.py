"""Draws what a hand holds; knows nothing of who holds it."""

from __future__ import annotations

import math
from collections.abc import Callable

from storybook.world.pen import Pen
from storybook.world.tables import Colour, Point, colour, prop_parts
from storybook.world.tints import darker, lighter

_IRON: Colour = (92, 70, 62)


def draw_prop(pen: Pen, prop: str, hand: Point) -> None:
    """Draw a prop in a hand at the given point, in head radii."""
    thing, tint = prop_parts(prop)
    _PROPS[thing](pen, *hand, colour("outfit", tint or "red"))


def _balloon(pen: Pen, x: float, y: float, fill: Colour) -> None:
    pen.line([(x, y), (x + 0.2, y - 0.6), (x + 0.28, y - 1.2)], (120, 108, 108), 0.075)
    pen.oval(x + 0.28, y - 1.62, 0.42, 0.5, fill)
    pen.oval(x + 0.14, y - 1.8, 0.1, 0.14, lighter(fill, 0.75), rim=False)


def _book(pen: Pen, x: float, y: float, fill: Colour) -> None:
    pen.box((x - 0.34, y - 0.36, x + 0.38, y + 0.36), 0.06, fill)
    pen.box((x + 0.26, y - 0.3, x + 0.36, y + 0.3), 0.0, (252, 248, 236), rim=False)
    pen.line([(x - 0.22, y - 0.3), (x - 0.22, y + 0.3)], darker(fill, 0.4), 0.08)
    pen.star(x + 0.04, y, 0.19, (255, 232, 140))


def _flower(pen: Pen, x: float, y: float, fill: Colour) -> None:
    pen.line([(x, y + 0.34), (x + 0.04, y - 0.3)], (82, 156, 78), 0.11)
    for petal in range(5):
        angle = petal * 2 * math.pi / 5 - math.pi / 2
        across, down = 0.24 * math.cos(angle), 0.24 * math.sin(angle)
        pen.oval(x + 0.04 + across, y - 0.44 + down, 0.19, 0.19, fill)
    middle = (252, 210, 76) if fill != colour("outfit", "yellow") else (236, 130, 60)
    pen.oval(x + 0.04, y - 0.44, 0.15, 0.15, middle, rim=False)


def _apple(pen: Pen, x: float, y: float, _: Colour) -> None:
    pen.oval(x + 0.06, y - 0.08, 0.33, 0.31, (222, 52, 52))
    pen.line([(x + 0.06, y - 0.34), (x + 0.14, y - 0.54)], (104, 72, 42), 0.1)
    pen.oval(x + 0.28, y - 0.46, 0.15, 0.09, (96, 176, 76), rim=False)


def _ice_cream(pen: Pen, x: float, y: float, _: Colour) -> None:
    cone = [(x - 0.22, y - 0.24), (x + 0.26, y - 0.24), (x + 0.02, y + 0.34)]
    pen.polygon(cone, (232, 178, 106))
    pen.oval(x + 0.02, y - 0.4, 0.31, 0.3, (252, 190, 206))
    pen.oval(x + 0.02, y - 0.7, 0.11, 0.11, (222, 52, 52))


def _lantern(pen: Pen, x: float, y: float, _: Colour) -> None:
    pen.line([(x - 0.2, y - 0.2), (x, y - 0.52), (x + 0.2, y - 0.2)], _IRON, 0.09)
    pen.box((x - 0.28, y - 0.26, x + 0.28, y + 0.32), 0.1, (255, 222, 104))
    pen.box((x - 0.32, y - 0.3, x + 0.32, y - 0.14), 0.05, _IRON, rim=False)
    pen.box((x - 0.32, y + 0.22, x + 0.32, y + 0.36), 0.05, _IRON, rim=False)


_PROPS: dict[str, Callable[[Pen, float, float, Colour], None]] = {
    "balloon": _balloon,
    "book": _book,
    "flower": _flower,
    "apple": _apple,
    "ice cream": _ice_cream,
    "lantern": _lantern,
}

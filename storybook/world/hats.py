"""Draws hats on a head at the origin; knows nothing of the head below."""

from __future__ import annotations

from collections.abc import Callable

from storybook.world.pen import Pen
from storybook.world.tables import Colour, outline

_RED: Colour = (216, 46, 52)
_SNOW: Colour = (252, 251, 250)
_LEATHER: Colour = (160, 102, 58)
_GOLD: Colour = (252, 206, 62)
_VIOLET: Colour = (92, 66, 132)
_STRAW: Colour = (246, 218, 138)
_WOOL: Colour = (66, 138, 196)
_SAPPHIRE: Colour = (72, 140, 220)


def draw_hat(pen: Pen, hat: str) -> None:
    """Draw a hat by its name."""
    _HATS[hat](pen)


def _christmas_hat(pen: Pen) -> None:
    pen.blob(outline("hats", "christmas"), _RED)
    pen.box((-1.16, -0.86, 1.16, -0.44), 0.2, _SNOW)
    pen.oval(1.4, -0.92, 0.26, 0.26, _SNOW)


def _cowboy_hat(pen: Pen) -> None:
    pen.blob(outline("hats", "cowboy"), _LEATHER)
    pen.box((-0.8, -0.98, 0.8, -0.74), 0.04, (96, 56, 36), rim=False)
    pen.blob(outline("hats", "cowboy_brim"), _LEATHER)


def _crown(pen: Pen) -> None:
    pen.polygon(outline("hats", "crown"), _GOLD)
    for x, jewel in ((-0.46, _SAPPHIRE), (0.0, (224, 62, 84)), (0.46, _SAPPHIRE)):
        pen.oval(x, -0.76, 0.12, 0.12, jewel, rim=False)


def _witch_hat(pen: Pen) -> None:
    pen.blob(outline("hats", "witch"), _VIOLET)
    pen.box((-0.74, -0.96, 0.74, -0.7), 0.04, (246, 172, 60), rim=False)
    pen.oval(0.0, -0.58, 1.38, 0.24, _VIOLET)


def _straw_hat(pen: Pen) -> None:
    pen.blob(outline("hats", "straw"), _STRAW)
    pen.box((-0.82, -0.96, 0.82, -0.7), 0.04, (222, 74, 74), rim=False)
    pen.oval(0.0, -0.58, 1.38, 0.25, _STRAW)


def _beanie(pen: Pen) -> None:
    pen.oval(0.0, -1.44, 0.27, 0.26, _SNOW)
    pen.blob(outline("hats", "beanie"), _WOOL)
    pen.box((-1.16, -0.84, 1.16, -0.44), 0.18, _SNOW)


_HATS: dict[str, Callable[[Pen], None]] = {
    "christmas hat": _christmas_hat,
    "cowboy hat": _cowboy_hat,
    "crown": _crown,
    "witch hat": _witch_hat,
    "straw hat": _straw_hat,
    "beanie": _beanie,
}

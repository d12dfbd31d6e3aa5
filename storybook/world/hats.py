"""Draws hats on a head at the origin; knows nothing of the head below."""

from __future__ import annotations

from collections.abc import Callable

from storybook.world.pen import Pen
from storybook.world.tables import Colour

_RED: Colour = (216, 46, 52)
_SNOW: Colour = (252, 251, 250)
_LEATHER: Colour = (160, 102, 58)
_GOLD: Colour = (252, 206, 62)
_NIGHT: Colour = (92, 66, 132)
_STRAW: Colour = (246, 218, 138)
_WOOL: Colour = (66, 138, 196)


def draw_hat(pen: Pen, hat: str) -> None:
    """Draw a hat by its name."""
    _HATS[hat](pen)


def _christmas_hat(pen: Pen) -> None:
    pen.blob([(-1.08, -0.5), (-0.8, -1.5), (0.2, -1.98), (1.45, -1.5), (1.6, -0.9), (1.25, -0.95), (0.98, -1.2),
              (1.08, -0.5)], _RED)  # fmt: skip
    pen.box((-1.16, -0.86, 1.16, -0.44), 0.2, _SNOW)
    pen.oval(1.4, -0.92, 0.26, 0.26, _SNOW)


def _cowboy_hat(pen: Pen) -> None:
    pen.blob([(-0.85, -0.5), (-0.86, -1.66), (-0.3, -1.66), (0.0, -1.4), (0.3, -1.66), (0.86, -1.66), (0.85, -0.5)],
             _LEATHER)  # fmt: skip
    pen.box((-0.8, -0.98, 0.8, -0.74), 0.04, (96, 56, 36), rim=False)
    pen.blob([(-1.5, -1.0), (-1.2, -0.6), (0.0, -0.72), (1.2, -0.6), (1.5, -1.0), (1.25, -0.36), (0.0, -0.42),
              (-1.25, -0.36)], _LEATHER)  # fmt: skip


def _crown(pen: Pen) -> None:
    pen.polygon([(-0.8, -0.56), (-0.92, -1.3), (-0.44, -0.98), (0.0, -1.46), (0.44, -0.98), (0.92, -1.3),
                 (0.8, -0.56)], _GOLD)  # fmt: skip
    for x, tint in ((-0.46, (72, 140, 220)), (0.0, (224, 62, 84)), (0.46, (72, 140, 220))):
        pen.oval(x, -0.76, 0.12, 0.12, tint, rim=False)


def _witch_hat(pen: Pen) -> None:
    pen.blob([(-0.9, -0.5), (-0.7, -1.0), (-0.1, -1.9), (0.5, -2.15), (0.55, -1.85), (0.4, -1.7), (0.7, -1.0),
              (0.9, -0.5)], _NIGHT)  # fmt: skip
    pen.box((-0.74, -0.96, 0.74, -0.7), 0.04, (246, 172, 60), rim=False)
    pen.oval(0.0, -0.58, 1.38, 0.24, _NIGHT)


def _straw_hat(pen: Pen) -> None:
    pen.blob([(-0.86, -0.5), (-0.88, -1.5), (-0.3, -1.58), (0.3, -1.58), (0.88, -1.5), (0.86, -0.5)], _STRAW)
    pen.box((-0.82, -0.96, 0.82, -0.7), 0.04, (222, 74, 74), rim=False)
    pen.oval(0.0, -0.58, 1.38, 0.25, _STRAW)


def _beanie(pen: Pen) -> None:
    pen.oval(0.0, -1.44, 0.27, 0.26, _SNOW)
    pen.blob([(-1.12, -0.4), (-1.12, -1.1), (-0.6, -1.46), (0.6, -1.46), (1.12, -1.1), (1.12, -0.4)], _WOOL)
    pen.box((-1.16, -0.84, 1.16, -0.44), 0.18, _SNOW)


_HATS: dict[str, Callable[[Pen], None]] = {
    "christmas hat": _christmas_hat,
    "cowboy hat": _cowboy_hat,
    "crown": _crown,
    "witch hat": _witch_hat,
    "straw hat": _straw_hat,
    "beanie": _beanie,
}

"""Draws a robot's head: case, screen, antenna; knows no eyes and no clothes."""

from __future__ import annotations

from storybook.world.figure import Figure
from storybook.world.patterns import draw_pattern
from storybook.world.tables import Colour, colour
from storybook.world.tints import darker

SCREEN: Colour = (52, 48, 72)
_ROD: Colour = (96, 98, 112)
_BALL: Colour = (250, 206, 72)


def draw_case(figure: Figure) -> None:
    """Draw the head without what the screen shows."""
    pen, metal = figure.pen, figure.skin
    _draw_antenna(figure)
    for side in (-1, 1):
        ear = (side * 1.08 - 0.14, -0.2, side * 1.08 + 0.14, 0.36)
        pen.box(ear, 0.1, darker(metal, 0.3))
    pen.box((-1.04, -0.88, 1.04, 0.86), 0.34, metal)
    draw_pattern(figure)
    if figure.behind:
        for row in range(3):
            grille = (-0.4, -0.3 + 0.26 * row, 0.4, -0.2 + 0.26 * row)
            pen.box(grille, 0.05, darker(metal, 0.3), rim=False)
        return
    slide = 0.3 * figure.turn
    left, right = (0.0, 0.98) if figure.profile else (-0.82 + slide, 0.82 + slide)
    pen.box((left, -0.56 + 0.5 * figure.sink, right, 0.62), 0.24, SCREEN, rim=False)


def _draw_antenna(figure: Figure) -> None:
    heart = figure.character.antenna == "heart"
    if figure.act.hat and not heart:
        return  # it is under the hat; a heart sticks out of every hat
    figure.pen.line([(0.0, -0.8), (0.0, -1.22)], _ROD, 0.12)
    if heart:
        figure.pen.heart(0.0, -1.42, 0.32, colour("outfit", "rose"))
    else:
        figure.pen.oval(0.0, -1.26, 0.18, 0.18, _BALL)

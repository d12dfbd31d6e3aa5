"""Draws hair behind and before the head; knows no faces."""

from __future__ import annotations

import math
from collections.abc import Sequence

import skia

from storybook.world.figure import Figure
from storybook.world.pen import cornered, smooth
from storybook.world.tables import Colour, Point, outline, shape, table
from storybook.world.tints import darker, lighter


def draw_back(figure: Figure) -> None:
    """Draw the hair that hangs behind the head; it follows the head when the pose lowers it."""
    if figure.human:
        with figure.pen.moved(-0.22 if figure.profile else 0.0, figure.drop):
            _hang(figure)


def _hang(figure: Figure) -> None:
    pen, style, hair = figure.pen, figure.character.hair, figure.hair
    shade = hair if figure.behind else darker(hair, 0.14)
    if style in ("long hair", "bob cut"):
        pen.blob(outline("hair_back", style), shade)
    elif style == "curly hair":
        for index in range(9):
            angle = math.pi * (0.86 + index * 1.28 / 8)
            pen.oval(1.02 * math.cos(angle), 1.0 * math.sin(angle) + 0.05, 0.42, 0.42, shade)
    elif style == "ponytail":
        pen.blob(outline("hair_back", style), hair)
    elif style == "twintails":
        for side in (-1,) if figure.profile else (-1, 1):
            points = [(side * x, y) for x, y in outline("hair_back", "twintail")]
            pen.blob(points, hair if side < 0 else figure.hair_second)
    elif style == "topknot":
        pen.oval(0.0, -1.28, 0.5, 0.44, figure.hair_second)
    elif style == "afro puffs":
        slide = 0.3 if figure.profile else 0.0
        for side in (-1, 1):
            puff = hair if side < 0 else figure.hair_second
            pen.oval(side * 0.9 + slide, -0.92, 0.58, 0.56, puff)


def draw_front(figure: Figure) -> None:
    """Draw the hair over the head: cap and fringe, or the whole back of the head."""
    pen = figure.pen
    points = _cap(figure)
    corners = figure.character.hair == "spiky hair" and not figure.behind
    path = cornered(points) if corners else smooth(points)
    pen.shape(path, figure.hair)
    if figure.character.hair_second:
        pen.canvas.save()
        pen.canvas.clipRect(skia.Rect(0.3 * figure.turn, -3, 3, 3), True)
        pen.shape(path, figure.hair_second)
        pen.canvas.restore()
    if figure.behind:
        _hang(figure)
        return
    _draw_locks(figure)
    shine = lighter(figure.hair, 0.42)
    pen.line([(-0.66, -0.74), (-0.46, -0.98), (-0.12, -1.04)], shine, 0.1)


def _cap(figure: Figure) -> Sequence[Point]:
    style = figure.character.hair
    group = "hair_side" if figure.profile else "hair_front"
    if figure.behind:
        group = "hair_behind"
    points = shape(group, style if style in table("shapes")[group] else "usual")
    return [_shifted(point, 0.4 * figure.turn, figure.sink) for point in points]


def _shifted(point: tuple[float, ...], turn: float, sink: float) -> Point:
    x, y, *moves = point
    follows, sinks = moves or (0.0, 0.0)
    return (x + follows * turn, y + sinks * sink)


def _draw_locks(figure: Figure) -> None:
    pen, style, hair = figure.pen, figure.character.hair, figure.hair
    if style == "curly hair":
        for x in (-0.74, -0.26, 0.26, 0.74):
            pen.oval(x + 0.3 * figure.turn, -0.72 + figure.sink, 0.33, 0.3, hair)
        if not figure.profile:
            for side in (-1, 1):
                pen.oval(side * 1.06, 0.0, 0.26, 0.3, hair)
    ties: list[tuple[float, float, Colour]] = []
    if style == "twintails":
        ties = [(-0.98, -0.66, hair), (0.98, -0.66, figure.hair_second)]
    elif style == "ponytail":
        ties = [(-0.96, -0.72, hair)]
    for x, y, tint in ties[: 1 if figure.profile else 2]:
        pen.oval(x, y, 0.2, 0.2, darker(tint, 0.4), rim=False)

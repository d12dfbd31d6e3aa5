"""Draws hair behind and before the head; knows no faces."""

from __future__ import annotations

import math

import skia

from storybook.world.figure import Figure
from storybook.world.pen import Point, smooth
from storybook.world.tables import Colour, darker, lighter


def draw_back(figure: Figure) -> None:
    """Draw the hair that hangs behind the head; it follows the head when the pose lowers it."""
    if figure.human:
        with figure.pen.moved(-0.22 if figure.profile else 0.0, figure.drop):
            _back(figure)


def _back(figure: Figure) -> None:
    pen, style, hair = figure.pen, figure.character.hair, figure.hair
    shade = hair if figure.behind else darker(hair, 0.14)
    if style == "long hair":
        pen.blob([(-1.0, -0.9), (1.0, -0.9), (1.24, 0.4), (1.2, 1.75), (0.0, 1.55), (-1.2, 1.75), (-1.24, 0.4)], shade)
    elif style == "bob cut":
        pen.blob([(-1.1, -0.9), (1.1, -0.9), (1.36, 0.3), (1.2, 1.06), (0.0, 0.8), (-1.2, 1.06), (-1.36, 0.3)], shade)
    elif style == "curly hair":
        for index in range(9):
            angle = math.pi * (0.86 + index * 1.28 / 8)
            pen.oval(1.02 * math.cos(angle), 1.0 * math.sin(angle) + 0.05, 0.42, 0.42, shade)
    elif style == "ponytail":
        pen.blob([(-0.4, -1.0), (-1.35, -1.0), (-1.85, 0.1), (-1.5, 1.35), (-1.15, 0.5), (-0.8, -0.1)], hair)
    elif style == "twintails":
        for side in (-1, 1):
            tail = hair if side < 0 else figure.hair_second
            if side < 0 or not figure.profile:
                pen.blob([(side * 0.75, -0.75), (side * 1.45, -0.95), (side * 1.9, 0.2), (side * 1.5, 1.5),
                          (side * 1.2, 0.6), (side * 0.9, 0.0)], tail)  # fmt: skip
    elif style == "topknot":
        pen.oval(0.0, -1.28, 0.5, 0.44, figure.hair_second)
    elif style == "afro puffs":
        for side in (-1, 1):
            puff = hair if side < 0 else figure.hair_second
            pen.oval(side * 0.9 + (0.3 if figure.profile else 0.0), -0.92, 0.58, 0.56, puff)


def draw_front(figure: Figure) -> None:
    """Draw the hair over the head: cap and fringe, or the whole back of the head."""
    pen = figure.pen
    outline = _outline(figure)
    path = smooth(outline) if figure.character.hair != "spiky hair" or figure.behind else _spikes(outline)
    pen.shape(path, figure.hair)
    if figure.character.hair_second:
        pen.canvas.save()
        pen.canvas.clipRect(skia.Rect(0.3 * figure.turn, -3, 3, 3), True)
        pen.shape(path, figure.hair_second)
        pen.canvas.restore()
    if figure.behind:
        _back(figure)
        return
    _locks(figure)
    shine = lighter(figure.hair, 0.42)
    pen.line([(-0.66, -0.74), (-0.46, -0.98), (-0.12, -1.04)], shine, 0.1)


def _outline(figure: Figure) -> list[Point]:
    style = figure.character.hair
    low = figure.sink
    if figure.behind:
        return [(-1.1, -0.5), (-0.75, -1.14), (0.75, -1.14), (1.1, -0.5), (1.16, 0.45), (0.75, 0.95), (-0.75, 0.95),
                (-1.16, 0.45)]  # fmt: skip
    if figure.profile:
        return _side_outline(style)
    shift = 0.4 * figure.turn
    if style == "bowl cut":
        return [(-1.12, 0.3), (-1.3, -0.6), (-0.7, -1.26), (0.7, -1.26), (1.3, -0.6), (1.12, 0.3), (0.98, -0.3 + low),
                (shift, -0.27 + low), (-0.98, -0.3 + low)]  # fmt: skip
    if style == "bob cut":
        return [(-1.2, 0.66), (-1.3, -0.6), (-0.7, -1.26), (0.7, -1.26), (1.3, -0.6), (1.2, 0.66), (0.92, 0.2),
                (0.86, -0.36 + low), (shift, -0.34 + low), (-0.86, -0.36 + low), (-0.92, 0.2)]  # fmt: skip
    if style == "spiky hair":
        return [(-1.02, 0.16), (-1.36, -0.3), (-1.12, -0.5), (-1.3, -0.98), (-0.8, -0.96), (-0.55, -1.42),
                (-0.15, -1.08), (0.3, -1.44), (0.52, -1.04), (1.12, -1.16), (1.06, -0.62), (1.38, -0.4), (1.02, 0.16),
                (0.82, -0.5 + low), (0.52 + shift, -0.22 + low), (0.26 + shift, -0.56 + low), (shift - 0.1, -0.2 + low),
                (shift - 0.36, -0.56 + low), (shift - 0.62, -0.26 + low), (-0.84, -0.5 + low)]  # fmt: skip
    if style == "swirl":
        return [(-1.08, 0.1), (-1.2, -0.7), (-0.8, -1.2), (-0.5, -1.5), (0.3, -1.5), (0.3, -1.95), (-0.35, -2.0),
                (0.2, -2.3), (0.95, -1.95), (0.95, -1.2), (1.2, -0.7), (1.08, 0.1), (0.8, -0.5 + low),
                (0.0, -0.4 + low), (-0.8, -0.5 + low)]  # fmt: skip
    return [(-1.12, 0.42), (-1.22, -0.6), (-0.72, -1.24), (0.72, -1.24), (1.22, -0.6), (1.12, 0.42), (0.9, -0.2 + low),
            (0.66 + shift, -0.66 + low), (0.2 + shift, -0.34 + low), (-0.25 + shift, -0.68 + low),
            (-0.86, -0.18 + low)]  # fmt: skip


def _side_outline(style: str) -> list[Point]:
    if style == "spiky hair":
        return [(-0.5, 0.9), (-1.2, 0.75), (-1.0, 0.3), (-1.5, 0.0), (-1.1, -0.4), (-1.36, -0.9), (-0.8, -0.96),
                (-0.55, -1.42), (-0.15, -1.08), (0.3, -1.44), (0.52, -1.04), (1.1, -1.1), (0.98, -0.66), (1.26, -0.3),
                (0.8, -0.45), (0.6, -0.15), (0.4, -0.5), (0.1, -0.1), (-0.2, 0.3)]  # fmt: skip
    low = {"bob cut": 1.2, "long hair": 1.1, "bowl cut": 0.35, "short hair": 0.75}.get(style, 0.8)
    return [(-0.7, low), (-1.25, 0.6), (-1.28, -0.6), (-0.7, -1.26), (0.5, -1.26), (1.12, -0.8), (1.08, -0.18),
            (0.62, -0.52), (0.05, -0.38), (0.02, 0.1), (-0.12, low)]  # fmt: skip


def _spikes(points: list[Point]) -> skia.Path:
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    return path


def _locks(figure: Figure) -> None:
    pen, style, hair = figure.pen, figure.character.hair, figure.hair
    low = figure.sink
    if style == "curly hair":
        for x in (-0.74, -0.26, 0.26, 0.74):
            pen.oval(x + 0.3 * figure.turn, -0.72 + low, 0.33, 0.3, hair)
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

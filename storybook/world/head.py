"""Draws the head: ears, skull, muzzle, patterns, then face, hair and hat; knows no bodies."""

from __future__ import annotations

import math

from storybook.world import face, hair, hats
from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour, darker, lighter, mix

Eyes = list[tuple[float, float, float]]
_WHITE: Colour = (253, 249, 243)


def draw_head(figure: Figure) -> Eyes:
    """Draw the head around the origin; return the visible eyes in canvas units."""
    if figure.robot:
        _draw_case(figure)
    else:
        if figure.character.kind != "robot" and not figure.human:
            _draw_ears(figure)
        figure.pen.oval(0.0, 0.0, 1.04, 0.96, figure.skin)
        _draw_pattern(figure)
    eyes: Eyes = []
    if not figure.behind:
        eyes = face.draw_face(figure)
        if figure.human:
            _draw_human_ears(figure)
    elif figure.human:
        _draw_human_ears(figure)
    if figure.human:
        hair.draw_front(figure)
    face.draw_front_marks(figure)
    if figure.act.hat:
        with figure.pen.moved(0.0, 0.5 * figure.sink):
            hats.draw_hat(figure.pen, figure.act.hat)
    _draw_bow(figure)
    return eyes


def _draw_human_ears(figure: Figure) -> None:
    if figure.profile:
        figure.pen.oval(-0.1, 0.2, 0.18, 0.22, figure.skin)
        return
    for side in (-1, 1):
        if figure.turn < 0.2 or side < 0:
            figure.pen.oval(side * 1.02 - 0.1 * figure.turn, 0.18, 0.15, 0.19, figure.skin)


def _draw_ears(figure: Figure) -> None:
    pen, skin, kind = figure.pen, figure.skin, figure.character.kind
    inner = colour("outfit", figure.character.ears) if figure.character.ears else mix(skin, (246, 150, 160), 0.62)
    for side in (-1, 1):
        slide = 0.3 if figure.profile else 0.25 * figure.turn
        reach = 0.62 if figure.profile else 1.0
        with pen.moved(slide - (0.35 if figure.profile else 0.0), 0.5 * figure.sink):
            pen.canvas.scale(reach, 1.0)
            if kind in ("cat", "fox"):
                tip = 1.52 if kind == "fox" else 1.36
                pen.polygon([(side * 1.0, -0.2), (side * 0.94, -tip), (side * 0.14, -0.84)], skin)
                if not figure.behind:
                    pen.polygon([(side * 0.86, -0.5), (side * 0.82, -tip + 0.3), (side * 0.4, -0.8)], inner, rim=False)
                if kind == "fox":
                    pen.polygon([(side * 0.96, -tip + 0.26), (side * 0.94, -tip), (side * 0.7, -tip + 0.24)],
                                darker(skin, 0.55), rim=False)  # fmt: skip
            elif kind == "bear":
                pen.oval(side * 0.78, -0.74, 0.4, 0.4, skin)
                if not figure.behind:
                    pen.oval(side * 0.78, -0.72, 0.22, 0.22, inner, rim=False)
            elif kind == "rabbit":
                with pen.moved(side * 0.42, -0.75, turn=side * 9):
                    pen.oval(0.0, -0.55, 0.3, 0.68, skin)
                    if not figure.behind:
                        pen.oval(0.0, -0.5, 0.16, 0.5, inner, rim=False)


def _draw_case(figure: Figure) -> None:
    pen, metal = figure.pen, figure.skin
    if not figure.act.hat or figure.character.antenna == "heart":
        pen.line([(0.0, -0.8), (0.0, -1.22)], (96, 98, 112), 0.12)
        if figure.character.antenna == "heart":
            pen.heart(0.0, -1.42, 0.32, colour("outfit", "rose"))
        else:
            pen.oval(0.0, -1.26, 0.18, 0.18, (250, 206, 72))
    for side in (-1, 1):
        pen.box((side * 1.08 - 0.14, -0.2, side * 1.08 + 0.14, 0.36), 0.1, darker(metal, 0.3))
    pen.box((-1.04, -0.88, 1.04, 0.86), 0.34, metal)
    _draw_pattern(figure)
    if not figure.behind:
        left, right = (0.0, 0.98) if figure.profile else (-0.82 + 0.3 * figure.turn, 0.82 + 0.3 * figure.turn)
        pen.box((left, -0.56 + 0.5 * figure.sink, right, 0.62), 0.24, (52, 48, 72), rim=False)
    else:
        for row in range(3):
            pen.box((-0.4, -0.3 + 0.26 * row, 0.4, -0.2 + 0.26 * row), 0.05, darker(metal, 0.3), rim=False)


def draw_muzzle(figure: Figure) -> None:
    """Draw what makes an animal's face its own: cheeks, muzzle and nose."""
    pen, kind, low = figure.pen, figure.character.kind, figure.sink
    x = 0.86 if figure.profile else figure.turn
    pale = lighter(figure.skin, 0.62) if sum(figure.skin) < 690 else (250, 226, 206)
    nose = colour("ink", "rosy") if kind in ("rabbit", "cat") else colour("ink", "nose")
    if kind == "fox":
        cheek = _WHITE if figure.character.cover != "white" else (250, 218, 190)
        if figure.profile:
            pen.blob([(0.1, 0.3), (0.9, 0.2), (1.5, 0.34), (1.1, 0.74), (0.5, 0.95), (0.1, 0.75)], cheek)
        else:
            for side in (-1, 1):
                pen.blob([(x, 0.28), (x + side * 0.6, 0.3), (side * 1.02, 0.2), (side * 0.86, 0.7),
                          (side * 0.3, 0.98), (x, 0.92)], cheek, rim=False)  # fmt: skip
    elif kind == "bear":
        pen.oval(x, 0.46 + 0.6 * low, 0.44, 0.36, pale, rim=figure.profile)
    else:
        pen.oval(x, 0.48 + 0.6 * low, 0.4, 0.28, pale, rim=figure.profile)
    tip = x + (0.42 if kind == "fox" else 0.3) if figure.profile else x * 1.1
    size = 0.2 if kind == "bear" else 0.14
    pen.oval(tip, 0.29 + 0.7 * low, size, size * 0.72, nose, rim=False)


def _draw_pattern(figure: Figure) -> None:
    pattern = figure.character.pattern
    if not pattern:
        return
    pen, tint = figure.pen, colour("outfit", figure.character.pattern_colour)
    x = figure.turn
    if pattern == "zebra":
        for side in (-1, 0, 1):
            top = -0.93 + abs(side) * 0.14
            pen.polygon([(side * 0.48 - 0.13, top), (side * 0.48 + 0.13, top), (side * 0.36, -0.36)], tint, rim=False)
        for side in (-1, 1):
            for row in (0, 1):
                y = 0.06 + 0.3 * row
                pen.polygon([(side * 1.03, y - 0.06), (side * 0.98, y + 0.14), (side * 0.66, y + 0.08)], tint,
                            rim=False)  # fmt: skip
    elif pattern == "mask" and not figure.behind:
        pen.blob([(-1.02, -0.3), (-0.5, -0.5), (x, -0.2), (0.5, -0.5), (1.02, -0.3), (1.0, 0.3), (0.45, 0.5),
                  (x, 0.25), (-0.45, 0.5), (-1.0, 0.3)], tint, rim=False)  # fmt: skip
    elif pattern == "patch" and not figure.behind:
        pen.oval(0.44 + 0.5 * x, -0.02, 0.48, 0.52, tint, rim=False)
    elif pattern == "spots":
        for spot_x, spot_y, size in ((-0.6, -0.55, 0.22), (0.1, -0.72, 0.17), (0.66, -0.5, 0.2), (-0.82, 0.3, 0.14)):
            pen.oval(spot_x, spot_y, size, size, tint, rim=False)


def _draw_bow(figure: Figure) -> None:
    bow = figure.mark("bow")
    if bow is None:
        return
    pen = figure.pen
    # Low at the side of the head, so that hats and tall ears leave it in sight.
    x, y = (-0.4, -0.52) if figure.profile else (0.82, -0.46)
    with pen.moved(x, y, turn=math.degrees(0.0 if figure.profile else 0.5)):
        for side in (-1, 1):
            pen.blob([(0.0, 0.0), (side * 0.34, -0.42), (side * 0.62, -0.3), (side * 0.62, 0.3), (side * 0.34, 0.42)],
                     bow)  # fmt: skip
        pen.oval(0.0, 0.0, 0.15, 0.16, darker(bow, 0.2))

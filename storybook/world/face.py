"""Draws nose, mouth and cheeks around the eyes; knows no hair and no marks but freckles."""

from __future__ import annotations

import skia

from storybook.world import animals, eyes
from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour
from storybook.world.tints import darker, mix

_PALE_LIP: Colour = (238, 150, 140)
_PALE_FRECKLE: Colour = (214, 150, 110)


def draw_face(figure: Figure) -> eyes.Eyes:
    """Draw the face; return its visible eyes."""
    if figure.profile and figure.human:
        figure.pen.oval(1.0, 0.24, 0.15, 0.13, figure.skin)
        figure.pen.oval(0.86, 0.24, 0.16, 0.16, figure.skin, rim=False)
    if figure.animal:
        animals.draw_muzzle(figure)
    _draw_cheeks(figure)
    seen = eyes.draw_eyes(figure)
    _draw_mouth(figure)
    return seen


def _draw_mouth(figure: Figure) -> None:
    pen, expression = figure.pen, figure.act.expression
    x, y = _mouth_place(figure)
    wide = 0.17 if figure.profile else 0.23
    ink = _lip_colour(figure)
    if expression in ("smile", "closed eyes"):
        pen.line([(x - wide, y), (x, y + 0.25), (x + wide, y)], ink, 0.1)
    elif expression == "open mouth":
        path = skia.Path()
        path.moveTo(x - wide - 0.06, y - 0.06)
        path.cubicTo(x - wide, y + 0.4, x + wide, y + 0.4, x + wide + 0.06, y - 0.06)
        path.close()
        pen.shape(path, colour("ink", "mouth"))
        pen.oval(x, y + 0.17, wide * 0.62, 0.085, colour("ink", "tongue"), rim=False)
    elif expression == "surprised":
        pen.oval(x, y + 0.12, 0.125, 0.155, colour("ink", "mouth"))
    else:
        pen.line([(x - wide * 0.9, y + 0.16), (x, y - 0.06), (x + wide * 0.9, y + 0.16)], ink, 0.1)


def _mouth_place(figure: Figure) -> tuple[float, float]:
    low = 0.6 * figure.sink
    ahead = figure.turn * 1.05
    if figure.human:
        return (0.68 if figure.profile else ahead), 0.5 + low
    if figure.robot:
        return (0.68 - 0.2 if figure.profile else ahead), 0.36 + low
    return (0.92 if figure.profile else ahead), 0.53 + low


def _lip_colour(figure: Figure) -> Colour:
    if figure.robot:
        return colour("ink", "glow")
    if figure.animal:
        return colour("ink", "nose")
    return colour("ink", "lip") if sum(figure.skin) > 260 else _PALE_LIP


def _draw_cheeks(figure: Figure) -> None:
    if figure.robot:
        return
    pen, low, skin = figure.pen, 0.8 * figure.sink, figure.skin
    places: tuple[tuple[float, float], ...] = ((0.32, 0.16),)
    if not figure.profile:
        places = ((-0.68 + 0.8 * figure.turn, 0.18), (0.68 + 0.7 * figure.turn, 0.18))
    if not (figure.profile and figure.character.wears("eyepatch")):
        for x, wide in places:
            blush = mix(skin, colour("ink", "blush"), 0.5)
            pen.oval(x, 0.44 + low, wide, 0.12, blush, rim=False)
    if figure.character.wears("freckles"):
        spot = darker(mix(skin, (196, 96, 56), 0.62), 0.12) if sum(skin) > 260 else _PALE_FRECKLE
        for x, _ in places:
            for across, down in ((0.0, -0.02), (0.17, 0.05), (-0.16, 0.06)):
                pen.oval(x + across, 0.38 + down + low, 0.062, 0.062, spot, rim=False)

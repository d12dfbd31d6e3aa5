"""Draws what is worn: glasses, eyepatch, bandaid, a cast's sign, bow, scarf; knows no faces."""

from __future__ import annotations

import math

import skia

from storybook.world.eyes import eye_places
from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour, outline
from storybook.world.tints import darker, is_dark, lighter, mix

_GOLD: Colour = (248, 214, 90)
_RED: Colour = (176, 48, 62)
_BRIGHT_PATCH: Colour = (214, 74, 80)


def draw_on_head(figure: Figure) -> None:
    """Draw what lies over face and fringe."""
    if figure.behind:
        return
    if figure.character.wears("eyepatch"):
        _draw_eyepatch(figure)
    if figure.character.wears("glasses"):
        _draw_glasses(figure)
    if figure.character.wears("bandaid"):
        _draw_bandaid(figure)
    if figure.character.sign:
        _draw_sign(figure)


def _draw_eyepatch(figure: Figure) -> None:
    pen, y = figure.pen, 0.06 + figure.sink
    x = 0.5 if figure.profile else eye_places(figure)[0][0]
    # A dark patch would be lost on a screen or on dark fur.
    lost = figure.robot or is_dark(figure.skin)
    ink = _BRIGHT_PATCH if lost else colour("ink", "strap")
    pen.line([(x - 0.62, y + 0.1), (x, y - 0.12), (1.0, y - 0.62)], ink, 0.11)
    pen.oval(x, y, 0.34, 0.34, ink)


def _draw_glasses(figure: Figure) -> None:
    pen, y = figure.pen, 0.06 + figure.sink
    frame = _GOLD if figure.robot or sum(figure.skin) < 330 else _RED
    for x, squeeze in eye_places(figure):
        ring = skia.Path()
        ring.addOval(skia.Rect(x - 0.37 * squeeze, y - 0.37, x + 0.37 * squeeze, y + 0.37))
        pen.trace(ring, frame, 0.105)
    if figure.profile:
        pen.line([(0.15, y), (-0.2, y + 0.02)], frame, 0.1)
    else:
        pen.line([(figure.turn - 0.07, y), (figure.turn + 0.07, y)], frame, 0.1)


def _draw_bandaid(figure: Figure) -> None:
    x = 0.36 if figure.profile else 0.66 + 0.5 * figure.turn
    cloth = colour("ink", "bandaid")
    with figure.pen.moved(x, 0.5 + 0.7 * figure.sink, turn=-24):
        figure.pen.box((-0.27, -0.115, 0.27, 0.115), 0.1, cloth)
        figure.pen.box((-0.09, -0.1, 0.09, 0.1), 0.02, darker(cloth, 0.18), rim=False)


def _draw_sign(figure: Figure) -> None:
    tint = colour("outfit", figure.character.sign_colour)
    x, low = 0.3 if figure.profile else 0.68 + 0.5 * figure.turn, 0.6 * figure.sink
    if figure.character.sign == "star":
        figure.pen.star(x, 0.48 + low, 0.27, tint, rim=True)
    else:
        figure.pen.heart(x, 0.46 + low, 0.22, tint)


def draw_bow(figure: Figure) -> None:
    """Draw the bow at the side of the head, low enough to stay clear of tall ears."""
    bow = figure.mark("bow")
    if bow is None:
        return
    x, y, turn = (-0.4, -0.52, 0.0) if figure.profile else (0.82, -0.46, math.degrees(0.5))
    with figure.pen.moved(x, y, turn=turn):
        for side in (-1, 1):
            figure.pen.blob([(side * x, y) for x, y in outline("outfits", "bow")], bow)
        figure.pen.oval(0.0, 0.0, 0.15, 0.16, darker(bow, 0.2))


def draw_scarf(figure: Figure) -> None:
    """Draw the scarf around the neck, one end hanging down."""
    scarf = figure.mark("scarf")
    if scarf is None:
        return
    pen, wide, drop = figure.pen, figure.width, figure.drop
    end = -0.3 if figure.behind else 0.3
    fold = mix(scarf, lighter(scarf, 0.5), 0.5)
    pen.box((end - 0.17, 0.95 + drop, end + 0.17, 1.55 + drop), 0.08, scarf)
    pen.box((end - 0.17, 1.38 + drop, end + 0.17, 1.46 + drop), 0.0, fold, rim=False)
    pen.box((-0.66 * wide, 0.76 + drop, 0.66 * wide, 1.12 + drop), 0.17, scarf)

"""Draws what makes animals animals: ears, muzzles, tails; knows no eyes and no clothes."""

from __future__ import annotations

from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour, outline
from storybook.world.tints import darker, lighter, mix

_WHITE: Colour = (253, 249, 243)


def draw_ears(figure: Figure) -> None:
    """Draw both ears, behind the head."""
    tint = figure.character.ears
    inner = colour("outfit", tint) if tint else mix(figure.skin, (246, 150, 160), 0.62)
    slide = 0.3 - 0.35 if figure.profile else 0.25 * figure.turn
    for side in (-1, 1):
        with figure.pen.moved(slide, 0.5 * figure.sink):
            figure.pen.canvas.scale(0.62 if figure.profile else 1.0, 1.0)
            if figure.character.kind == "bear":
                _round_ear(figure, side, inner)
            elif figure.character.kind == "rabbit":
                _long_ear(figure, side, inner)
            else:
                _pointed_ear(figure, side, inner)


def _pointed_ear(figure: Figure, side: int, inner: Colour) -> None:
    pen, skin = figure.pen, figure.skin
    tip = 1.52 if figure.character.kind == "fox" else 1.36
    pen.polygon([(side * 1.0, -0.2), (side * 0.94, -tip), (side * 0.14, -0.84)], skin)
    if not figure.behind:
        inside = [(side * 0.86, -0.5), (side * 0.82, -tip + 0.3), (side * 0.4, -0.8)]
        pen.polygon(inside, inner, rim=False)
    if figure.character.kind == "fox":
        end = [(side * 0.96, -tip + 0.26), (side * 0.94, -tip), (side * 0.7, -tip + 0.24)]
        pen.polygon(end, darker(skin, 0.55), rim=False)


def _round_ear(figure: Figure, side: int, inner: Colour) -> None:
    figure.pen.oval(side * 0.78, -0.74, 0.4, 0.4, figure.skin)
    if not figure.behind:
        figure.pen.oval(side * 0.78, -0.72, 0.22, 0.22, inner, rim=False)


def _long_ear(figure: Figure, side: int, inner: Colour) -> None:
    with figure.pen.moved(side * 0.42, -0.75, turn=side * 9):
        figure.pen.oval(0.0, -0.55, 0.3, 0.68, figure.skin)
        if not figure.behind:
            figure.pen.oval(0.0, -0.5, 0.16, 0.5, inner, rim=False)


def draw_muzzle(figure: Figure) -> None:
    """Draw cheeks, muzzle and nose."""
    pen, kind, low = figure.pen, figure.character.kind, figure.sink
    x = 0.86 if figure.profile else figure.turn
    pale = lighter(figure.skin, 0.62) if sum(figure.skin) < 690 else (250, 226, 206)
    if kind == "fox":
        _fox_cheeks(figure, x)
    elif kind == "bear":
        pen.oval(x, 0.46 + 0.6 * low, 0.44, 0.36, pale, rim=figure.profile)
    else:
        pen.oval(x, 0.48 + 0.6 * low, 0.4, 0.28, pale, rim=figure.profile)
    nose = colour("ink", "rosy") if kind in ("rabbit", "cat") else colour("ink", "nose")
    tip = x + (0.42 if kind == "fox" else 0.3) if figure.profile else x * 1.1
    size = 0.2 if kind == "bear" else 0.14
    pen.oval(tip, 0.29 + 0.7 * low, size, size * 0.72, nose, rim=False)


def _fox_cheeks(figure: Figure, x: float) -> None:
    cheek = _WHITE if figure.character.cover != "white" else (250, 218, 190)
    if figure.profile:
        figure.pen.blob(outline("cheeks", "fox_side"), cheek)
        return
    for side in (-1, 1):
        upper = [(x, 0.28), (x + side * 0.6, 0.3), (side * 1.02, 0.2)]
        lower = [(side * 0.86, 0.7), (side * 0.3, 0.98), (x, 0.92)]
        figure.pen.blob(upper + lower, cheek, rim=False)


def draw_tail(figure: Figure) -> None:
    """Draw the tail of those who have one."""
    pen, skin = figure.pen, figure.skin
    kind = figure.character.kind
    with pen.moved(0.0, 0.6 * figure.drop):
        if kind == "cat":
            pen.limb([(-0.3, 1.75), (-1.5, 1.95), (-1.28, 1.05)], skin, 0.25)
        elif kind == "fox":
            tip = (252, 248, 242) if figure.character.cover != "white" else (242, 206, 170)
            pen.blob(outline("tails", "fox"), skin)
            pen.blob(outline("tails", "fox_tip"), tip, rim=False)
        elif kind == "rabbit":
            pen.oval(0.0 if figure.behind else -0.68, 1.68, 0.25, 0.25, lighter(skin, 0.55))
        elif kind == "bear" and (figure.behind or figure.profile):
            pen.oval(0.0 if figure.behind else -0.58, 1.7, 0.18, 0.18, skin)

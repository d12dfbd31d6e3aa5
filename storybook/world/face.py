"""Draws eyes, brows, mouth, cheeks and the marks on a face; knows no hair and no heads."""

from __future__ import annotations

import skia

from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour, darker, lighter, mix

Eyes = list[tuple[float, float, float]]


def draw_face(figure: Figure) -> Eyes:
    """Draw the face; return the visible eyes in canvas units."""
    from storybook.world.head import draw_muzzle

    if figure.profile and figure.human:
        figure.pen.oval(1.0, 0.24, 0.15, 0.13, figure.skin)
        figure.pen.oval(0.86, 0.24, 0.16, 0.16, figure.skin, rim=False)
    if not figure.human and not figure.robot:
        draw_muzzle(figure)
    _draw_cheeks(figure)
    eyes: Eyes = []
    for x, squeeze in _eye_places(figure):
        if figure.mark("eyepatch") and (figure.profile or x < 0):
            continue
        _draw_eye(figure, x, squeeze)
        eyes.append(_on_canvas(figure, x, 0.06 + figure.sink, 0.32))
    _draw_mouth(figure)
    return eyes


def _eye_places(figure: Figure) -> list[tuple[float, float]]:
    if figure.profile:
        return [(0.5, 0.8)]
    spread = 0.4 if figure.robot else 0.43
    return [(-spread + figure.turn, 1.0), (spread + figure.turn * 0.86, 1.0 - 0.5 * figure.turn)]


def _on_canvas(figure: Figure, x: float, y: float, radius: float) -> tuple[float, float, float]:
    point = figure.pen.canvas.getTotalMatrix().mapXY(x, y)
    return (point.x(), point.y(), radius)


def _line_colour(figure: Figure) -> Colour:
    return colour("ink", "glow") if figure.robot else colour("ink", "line")


def _brow_colour(figure: Figure) -> Colour:
    if figure.robot:
        return colour("ink", "glow")
    base = figure.hair if figure.human else figure.skin
    return mix(darker(base, 0.5), colour("ink", "line"), 0.45) if sum(base) > 260 else (232, 220, 224)


def _draw_eye(figure: Figure, x: float, squeeze: float) -> None:
    pen, expression, y = figure.pen, figure.act.expression, 0.06 + figure.sink
    ink = _line_colour(figure)
    dark = not figure.robot and sum(figure.skin) < 260
    if expression == "closed eyes":
        pen.line([(x - 0.24 * squeeze, y), (x, y + 0.26), (x + 0.24 * squeeze, y)],
                 (246, 236, 230) if dark else ink, 0.115)  # fmt: skip
        return
    high = 0.36 if expression == "surprised" else 0.31
    if figure.robot:
        pen.oval(x, y - 0.04, 0.25 * squeeze, high * 0.88, lighter(figure.iris, 0.22), rim=False)
        pen.oval(x - 0.08, y - 0.14, 0.085, 0.095, (255, 255, 255), rim=False)
    else:
        pen.oval(x, y - 0.03, 0.29 * squeeze, high + 0.03, ink, rim=False)
        pen.oval(x, y + 0.01, 0.255 * squeeze, high - 0.02, colour("ink", "sclera"), rim=False)
        pen.oval(x, y + 0.02, 0.205 * squeeze, high - 0.06, figure.iris, rim=False)
        pen.oval(x, y + 0.04, 0.105 * squeeze, 0.15, colour("ink", "pupil"), rim=False)
        pen.oval(x - 0.085 * squeeze, y - 0.1, 0.09, 0.1, (255, 255, 255), rim=False)
    _draw_brow(figure, x, y - high)


def _draw_brow(figure: Figure, x: float, top: float) -> None:
    side = 1 if figure.profile or x > figure.turn * 0.93 else -1
    pen, expression, ink = figure.pen, figure.act.expression, _brow_colour(figure)
    if figure.profile:
        side = 1
    if expression == "angry":
        inner, outer = (x - side * 0.26, top + 0.16), (x + side * 0.26, top - 0.1)
        if figure.profile:
            inner, outer = (x + 0.26, top + 0.16), (x - 0.24, top - 0.1)
        # A lid of the cover's colour cuts the eye off, so that the anger is in the eye as well.
        lid = (52, 48, 72) if figure.robot else figure.skin
        figure.pen.polygon([inner, outer, (outer[0], top - 0.12), (inner[0], top - 0.12)], lid, rim=False)
        pen.line([inner, outer], ink, 0.125)
    elif expression == "sad":
        slope = -side if not figure.profile else side
        pen.line([(x + slope * 0.24, top - 0.16), (x - slope * 0.24, top + 0.02)], ink, 0.11)
    elif expression == "surprised":
        pen.line([(x - 0.18, top - 0.1), (x, top - 0.22), (x + 0.18, top - 0.1)], ink, 0.1)


def _draw_mouth(figure: Figure) -> None:
    pen, expression, low = figure.pen, figure.act.expression, 0.6 * figure.sink
    x = 0.68 if figure.profile else figure.turn * 1.05
    y = (0.5 if figure.human else 0.53) + low
    wide = 0.17 if figure.profile else 0.23
    ink = colour("ink", "lip") if sum(figure.skin) > 260 else (238, 150, 140)
    if figure.robot:
        x, y, ink = x - (0.2 if figure.profile else 0.0), 0.36 + low, colour("ink", "glow")
    if not figure.human and not figure.robot:
        x = 0.92 if figure.profile else x
        ink = colour("ink", "nose")
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


def _draw_cheeks(figure: Figure) -> None:
    pen, low = figure.pen, 0.8 * figure.sink
    sides = ((0.32, 0.16),) if figure.profile else ((-0.68 + 0.8 * figure.turn, 0.18), (0.68 + 0.7 * figure.turn, 0.18))
    if figure.mark("eyepatch") is None or not figure.profile:
        for x, wide in sides:
            if not figure.robot:
                pen.oval(x, 0.44 + low, wide, 0.12, mix(figure.skin, colour("ink", "blush"), 0.5), rim=False)
    if figure.mark("freckles"):
        spot = darker(mix(figure.skin, (196, 96, 56), 0.62), 0.12) if sum(figure.skin) > 260 else (214, 150, 110)
        for x, _ in sides:
            for across, down in ((0.0, -0.02), (0.17, 0.05), (-0.16, 0.06)):
                pen.oval(x + across, 0.38 + down + low, 0.062, 0.062, spot, rim=False)


def draw_front_marks(figure: Figure) -> None:
    """Draw what lies over face and fringe: glasses, eyepatch, bandaid, and a cast's sign."""
    if figure.behind:
        return
    pen, y, ink = figure.pen, 0.06 + figure.sink, colour("ink", "strap")
    places = _eye_places(figure)
    if figure.mark("eyepatch"):
        x = 0.5 if figure.profile else places[0][0]
        if figure.robot or sum(figure.skin) < 260:
            ink = (214, 74, 80)  # a dark patch would be lost on a screen or on dark fur
        pen.line([(x - 0.62, y + 0.1), (x, y - 0.12), (1.0, y - 0.62)], ink, 0.11)
        pen.oval(x, y, 0.34, 0.34, ink)
    if figure.mark("glasses"):
        frame = (248, 214, 90) if figure.robot or sum(figure.skin) < 330 else (176, 48, 62)
        for x, squeeze in places:
            ring = skia.Path()
            ring.addOval(skia.Rect(x - 0.37 * squeeze, y - 0.37, x + 0.37 * squeeze, y + 0.37))
            pen.canvas.drawPath(ring, skia.Paint(AntiAlias=True, Color=skia.ColorSetARGB(255, *pen.tone(frame)),
                                                 Style=skia.Paint.kStroke_Style, StrokeWidth=0.105))  # fmt: skip
        if figure.profile:
            pen.line([(0.15, y), (-0.2, y + 0.02)], frame, 0.1)
        else:
            pen.line([(figure.turn - 0.07, y), (figure.turn + 0.07, y)], frame, 0.1)
    if figure.mark("bandaid"):
        with pen.moved(0.36 if figure.profile else 0.66 + 0.5 * figure.turn, 0.5 + 0.7 * figure.sink, turn=-24):
            pen.box((-0.27, -0.115, 0.27, 0.115), 0.1, colour("ink", "bandaid"))
            pen.box((-0.09, -0.1, 0.09, 0.1), 0.02, darker(colour("ink", "bandaid"), 0.18), rim=False)
    if figure.character.sign:
        tint = colour("outfit", figure.character.sign_colour)
        x = 0.3 if figure.profile else 0.68 + 0.5 * figure.turn
        if figure.character.sign == "star":
            pen.star(x, 0.48 + 0.6 * figure.sink, 0.27, tint, rim=True)
        else:
            pen.heart(x, 0.46 + 0.6 * figure.sink, 0.22, tint)

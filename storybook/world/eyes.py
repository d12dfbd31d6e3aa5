"""Draws eyes and brows; knows where they sit, not what else is on a face."""

from __future__ import annotations

from storybook.world.figure import Figure
from storybook.world.robots import SCREEN
from storybook.world.tables import Colour, colour
from storybook.world.tints import darker, is_dark, lighter, mix

Eyes = list[tuple[float, float, float]]
_SHINE: Colour = (255, 255, 255)
_PALE_LASH: Colour = (246, 236, 230)
_PALE_BROW: Colour = (232, 220, 224)


def eye_places(figure: Figure) -> list[tuple[float, float]]:
    """Return x and squeeze of each eye that is turned to us, from left to right."""
    if figure.profile:
        return [(0.5, 0.8)]
    spread = 0.4 if figure.robot else 0.43
    right = spread + figure.turn * 0.86
    return [(-spread + figure.turn, 1.0), (right, 1.0 - 0.5 * figure.turn)]


def draw_eyes(figure: Figure) -> Eyes:
    """Draw the eyes that no patch covers; return them as (x, y, radius)."""
    eyes: Eyes = []
    patched = figure.character.wears("eyepatch")
    for x, squeeze in eye_places(figure):
        if patched and (figure.profile or x < 0):
            continue
        _draw_eye(figure, x, squeeze)
        point = figure.pen.canvas.getTotalMatrix().mapXY(x, 0.06 + figure.sink)
        eyes.append((point.x(), point.y(), 0.32))
    return eyes


def _draw_eye(figure: Figure, x: float, squeeze: float) -> None:
    expression, y = figure.act.expression, 0.06 + figure.sink
    if expression == "closed eyes":
        lid = [(x - 0.24 * squeeze, y), (x, y + 0.26), (x + 0.24 * squeeze, y)]
        dark = not figure.robot and is_dark(figure.skin)
        ink = colour("ink", "glow" if figure.robot else "line")
        figure.pen.line(lid, _PALE_LASH if dark else ink, 0.115)
        return
    high = 0.36 if expression == "surprised" else 0.31
    if figure.robot:
        _draw_lamp(figure, x, y, squeeze, high)
    else:
        _draw_iris(figure, x, y, squeeze, high)
    _draw_brow(figure, x, y - high)


def _draw_lamp(figure: Figure, x: float, y: float, squeeze: float, high: float) -> None:
    pen = figure.pen
    pen.oval(x, y - 0.04, 0.25 * squeeze, high * 0.88, lighter(figure.iris, 0.22), rim=False)
    pen.oval(x - 0.08, y - 0.14, 0.085, 0.095, _SHINE, rim=False)


def _draw_iris(figure: Figure, x: float, y: float, squeeze: float, high: float) -> None:
    pen = figure.pen
    pen.oval(x, y - 0.03, 0.29 * squeeze, high + 0.03, colour("ink", "line"), rim=False)
    pen.oval(x, y + 0.01, 0.255 * squeeze, high - 0.02, colour("ink", "sclera"), rim=False)
    pen.oval(x, y + 0.02, 0.205 * squeeze, high - 0.06, figure.iris, rim=False)
    pen.oval(x, y + 0.04, 0.105 * squeeze, 0.15, colour("ink", "pupil"), rim=False)
    pen.oval(x - 0.085 * squeeze, y - 0.1, 0.09, 0.1, _SHINE, rim=False)


def _draw_brow(figure: Figure, x: float, top: float) -> None:
    side = 1 if figure.profile or x > figure.turn * 0.93 else -1
    pen, expression, ink = figure.pen, figure.act.expression, _brow_colour(figure)
    if expression == "angry":
        inner, outer = (x - side * 0.26, top + 0.16), (x + side * 0.26, top - 0.1)
        if figure.profile:
            inner, outer = (x + 0.26, top + 0.16), (x - 0.24, top - 0.1)
        # A lid of the cover's colour cuts the eye off, so that the anger is in the eye as well.
        lid = [inner, outer, (outer[0], top - 0.12), (inner[0], top - 0.12)]
        pen.polygon(lid, SCREEN if figure.robot else figure.skin, rim=False)
        pen.line([inner, outer], ink, 0.125)
    elif expression == "sad":
        slope = side if figure.profile else -side
        pen.line([(x + slope * 0.24, top - 0.16), (x - slope * 0.24, top + 0.02)], ink, 0.11)
    elif expression == "surprised":
        pen.line([(x - 0.18, top - 0.1), (x, top - 0.22), (x + 0.18, top - 0.1)], ink, 0.1)


def _brow_colour(figure: Figure) -> Colour:
    if figure.robot:
        return colour("ink", "glow")
    base = figure.hair if figure.human else figure.skin
    if sum(base) <= 260:
        return _PALE_BROW
    return mix(darker(base, 0.5), colour("ink", "line"), 0.45)

"""Puts one figure together from its parts, back to front; knows no scenes and no framing."""

from __future__ import annotations

from storybook.world import body, head
from storybook.world.eyes import Eyes
from storybook.world.figure import Figure
from storybook.world.pen import Pen
from storybook.world.values import Act, Character, Place


def draw_figure(pen: Pen, character: Character, act: Act, place: Place) -> Eyes:
    """Draw a figure on the 256-unit canvas; return its visible eyes as (x, y, radius).

    Their x and y are device pixels, their radius is in head radii.
    """
    figure = Figure(pen, character, act)
    with pen.moved(256 * place.x, 256 * place.y, 256 * place.radius, flip=act.flip):
        squash = 0.8 if figure.above else 1.0
        with pen.moved(0.0, 0.8 * (1 - squash)):
            pen.canvas.scale(1.0, squash)
            body.draw_body(figure)
        with pen.moved(0.0, figure.drop, turn=act.tilt):
            eyes = head.draw_head(figure)
        body.draw_held(figure)
    return eyes

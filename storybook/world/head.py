"""Puts a head together: ears, skull, face, hair, marks, hat; knows no bodies."""

from __future__ import annotations

from storybook.world import animals, eyes, face, hair, hats, marks, patterns, robots
from storybook.world.figure import Figure


def draw_head(figure: Figure) -> eyes.Eyes:
    """Draw the head around the origin; return its visible eyes (see `draw_figure`)."""
    if figure.robot:
        robots.draw_case(figure)
    else:
        if figure.animal:
            animals.draw_ears(figure)
        figure.pen.oval(0.0, 0.0, 1.04, 0.96, figure.skin)
        patterns.draw_pattern(figure)
    seen = [] if figure.behind else face.draw_face(figure)
    if figure.human:
        _draw_human_ears(figure)
        hair.draw_front(figure)
    marks.draw_on_head(figure)
    if figure.act.hat:
        with figure.pen.moved(0.0, 0.5 * figure.sink):
            hats.draw_hat(figure.pen, figure.act.hat)
    # Over the hat, so that none hides it.
    marks.draw_bow(figure)
    return seen


def _draw_human_ears(figure: Figure) -> None:
    if figure.profile:
        figure.pen.oval(-0.1, 0.2, 0.18, 0.22, figure.skin)
        return
    for side in (-1, 1):
        if figure.turn < 0.2 or side < 0:
            figure.pen.oval(side * 1.02 - 0.1 * figure.turn, 0.18, 0.15, 0.19, figure.skin)

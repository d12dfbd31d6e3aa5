"""Draws the torso in one of the outfits; knows no arms, legs or heads."""

from __future__ import annotations

from collections.abc import Callable

from storybook.world.figure import Figure
from storybook.world.tables import Colour, colour, darker, is_light, lighter

_TOP = 0.8
_HEM = 1.86


def sleeve_of(figure: Figure) -> Colour:
    """Return the colour of the sleeves."""
    return figure.tied("under") if figure.character.outfit == "overalls" else figure.cloth


def second_colour(figure: Figure) -> Colour:
    """Return the colour of stripes, collars and strings: named for casts, otherwise tied to the cloth's."""
    if figure.character.outfit_second:
        return colour("outfit", figure.character.outfit_second)
    return darker(figure.cloth, 0.42) if is_light(figure.cloth) else lighter(figure.cloth, 0.72)


def draw_torso(figure: Figure) -> None:
    """Draw the torso with its outfit."""
    drop = figure.drop
    # Sitting presses the body together: the top sinks further than the hem.
    with figure.pen.moved(0.0, drop):
        figure.pen.canvas.save()
        figure.pen.canvas.translate(0.0, _TOP)
        figure.pen.canvas.scale(1.0, (_HEM - _TOP - 0.3 * drop) / (_HEM - _TOP))
        figure.pen.canvas.translate(0.0, -_TOP)
        _OUTFITS[figure.character.outfit](figure)
        figure.pen.canvas.restore()


def _trunk(figure: Figure, fill: Colour, hem: float = _HEM) -> None:
    wide = 0.62 * figure.width
    points = [(-wide * 0.8, _TOP - 0.1), (wide * 0.8, _TOP - 0.1), (wide * 1.12, 1.3), (wide * 1.16, hem + 0.1),
              (wide * 0.5, hem + 0.06), (-wide * 0.5, hem + 0.06), (-wide * 1.16, hem + 0.1),
              (-wide * 1.12, 1.3)]  # fmt: skip
    figure.pen.blob(points, fill)


def _dress(figure: Figure) -> None:
    wide = figure.width
    trim = second_colour(figure)
    figure.pen.blob([(-0.42 * wide, 0.62), (0.42 * wide, 0.62), (0.6 * wide, 1.4), (1.1 * wide, 2.02),
                     (0.9 * wide, 2.1), (-0.9 * wide, 2.1), (-1.1 * wide, 2.02), (-0.6 * wide, 1.4)],
                    figure.cloth)  # fmt: skip
    figure.pen.line([(-0.8 * wide, 1.9), (0.0, 2.02), (0.8 * wide, 1.9)], trim, 0.11)
    if not figure.behind:
        for side in (-1, 1):
            figure.pen.oval(side * 0.22 * wide, 0.98, 0.24, 0.13, trim, rim=False)


def _shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    if not figure.behind and not figure.profile:
        figure.pen.polygon([(-0.24, 0.86), (0.24, 0.86), (0.0, 1.18)], figure.skin, rim=False)


def _striped_shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    wide = 0.63 * figure.width
    for row in range(3):
        top = 1.04 + 0.29 * row
        figure.pen.box((-wide, top, wide, top + 0.15), 0.05, second_colour(figure), rim=False)


def _zigzag_shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    wide = 0.6 * figure.width
    points = [(wide * share, 1.26 + (0.26 if index % 2 == 0 else 0.0))
              for index, share in enumerate((-1.0, -0.6, -0.2, 0.2, 0.6, 1.0))]  # fmt: skip
    figure.pen.line(points, second_colour(figure), 0.19)


def _hoodie(figure: Figure) -> None:
    pen, wide = figure.pen, figure.width
    pen.oval(0.0, 0.88, 0.82 * wide, 0.34, darker(figure.cloth, 0.12))
    _trunk(figure, figure.cloth, 1.92)
    if figure.behind:
        pen.oval(0.0, 1.02, 0.5 * wide, 0.36, darker(figure.cloth, 0.12))
    elif not figure.profile:
        pen.box((-0.38 * wide, 1.5, 0.38 * wide, 1.82), 0.12, darker(figure.cloth, 0.18), rim=False)
        for side in (-1, 1):
            pen.line([(side * 0.17, 1.02), (side * 0.19, 1.36)], second_colour(figure), 0.09)


def _overalls(figure: Figure) -> None:
    pen, wide = figure.pen, figure.width
    _trunk(figure, figure.tied("under"))
    half = 0.69 * wide
    pen.box((-half, 1.46, half, 1.94), 0.16, figure.cloth)
    straps = (-0.36 * wide, 0.36 * wide)
    if not figure.profile:
        pen.box((straps[0], 1.14, straps[1], 1.7), 0.08, figure.cloth)
        pen.box((straps[0] + 0.05, 1.4, straps[1] - 0.05, 1.72), 0.0, figure.cloth, rim=False)
    for strap in straps:
        pen.line([(strap, 1.5), (strap, 1.18), (strap * 1.15, 0.86)], figure.cloth, 0.16)
        if not figure.behind:
            pen.oval(strap * 0.86, 1.25, 0.08, 0.08, second_colour(figure), rim=False)


def _raincoat(figure: Figure) -> None:
    pen, wide = figure.pen, figure.width
    pen.blob([(-0.5 * wide, 0.66), (0.5 * wide, 0.66), (0.76 * wide, 1.4), (0.98 * wide, 2.04), (0.5 * wide, 2.0),
              (-0.5 * wide, 2.0), (-0.98 * wide, 2.04), (-0.76 * wide, 1.4)], figure.cloth)  # fmt: skip
    trim = second_colour(figure)
    if figure.behind:
        return
    x = 0.2 if figure.profile else 0.0
    pen.line([(x, 0.95), (x, 1.94)], darker(figure.cloth, 0.3), 0.06)
    for row in range(3):
        pen.oval(x + 0.16, 1.12 + 0.29 * row, 0.095, 0.095, trim, rim=False)


_OUTFITS: dict[str, Callable[[Figure], None]] = {
    "dress": _dress,
    "shirt": _shirt,
    "striped shirt": _striped_shirt,
    "zigzag shirt": _zigzag_shirt,
    "hoodie": _hoodie,
    "overalls": _overalls,
    "raincoat": _raincoat,
}

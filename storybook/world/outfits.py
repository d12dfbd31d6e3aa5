"""Draws the torso in one of the outfits; knows no arms, legs or heads."""

from __future__ import annotations

from collections.abc import Callable

from storybook.world.figure import Figure
from storybook.world.tables import Colour, Point, colour, outline
from storybook.world.tints import darker, is_light, lighter

_TOP = 0.8
_HEM = 1.86


def sleeve_of(figure: Figure) -> Colour:
    """Return the colour of the sleeves."""
    return figure.tied("under") if figure.character.outfit == "overalls" else figure.cloth


def second_colour(figure: Figure) -> Colour:
    """Return the colour of stripes, collars and strings.

    Casts name it; otherwise it is tied to the cloth's.
    """
    if figure.character.outfit_second:
        return colour("outfit", figure.character.outfit_second)
    return darker(figure.cloth, 0.42) if is_light(figure.cloth) else lighter(figure.cloth, 0.72)


def draw_torso(figure: Figure) -> None:
    """Draw the torso with its outfit."""
    drop = figure.drop
    # Sitting presses the body together: the top sinks further than the hem.
    squash = (_HEM - _TOP - 0.3 * drop) / (_HEM - _TOP)
    with figure.pen.moved(0.0, drop):
        figure.pen.canvas.translate(0.0, _TOP)
        figure.pen.canvas.scale(1.0, squash)
        figure.pen.canvas.translate(0.0, -_TOP)
        _OUTFITS[figure.character.outfit](figure)


def draw_cape(figure: Figure) -> None:
    """Draw the cape of those who wear one."""
    if figure.character.cape:
        figure.pen.blob(outline("outfits", "cape"), colour("outfit", figure.character.cape))


def _stretched(name: str, wide: float) -> list[Point]:
    return [(x * wide, y) for x, y in outline("outfits", name)]


def _trunk(figure: Figure, fill: Colour, hem: float = _HEM) -> None:
    wide = 0.62 * figure.width
    top, bottom = _TOP - 0.1, hem + 0.1
    right = [(wide * 0.8, top), (wide * 1.12, 1.3), (wide * 1.16, bottom), (wide * 0.5, hem + 0.06)]
    left = [(-x, y) for x, y in reversed(right)]
    figure.pen.blob([left[-1], *right, *left[:-1]], fill)


def _dress(figure: Figure) -> None:
    wide = figure.width
    trim = second_colour(figure)
    figure.pen.blob(_stretched("dress", wide), figure.cloth)
    figure.pen.line([(-0.8 * wide, 1.9), (0.0, 2.02), (0.8 * wide, 1.9)], trim, 0.11)
    if not figure.behind:
        for side in (-1, 1):
            figure.pen.oval(side * 0.22 * wide, 0.98, 0.24, 0.13, trim, rim=False)


def _shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    if not figure.behind and not figure.profile:
        neckline = [(-0.24, 0.86), (0.24, 0.86), (0.0, 1.18)]
        figure.pen.polygon(neckline, figure.skin, rim=False)


def _striped_shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    wide = 0.63 * figure.width
    for row in range(3):
        top = 1.04 + 0.29 * row
        stripe = (-wide, top, wide, top + 0.15)
        figure.pen.box(stripe, 0.05, second_colour(figure), rim=False)


def _zigzag_shirt(figure: Figure) -> None:
    _trunk(figure, figure.cloth)
    wide = 0.6 * figure.width
    shares = (-1.0, -0.6, -0.2, 0.2, 0.6, 1.0)
    points = [(wide * x, 1.26 + 0.26 * ((step + 1) % 2)) for step, x in enumerate(shares)]
    figure.pen.line(points, second_colour(figure), 0.19)


def _hoodie(figure: Figure) -> None:
    pen, wide = figure.pen, figure.width
    hood = darker(figure.cloth, 0.12)
    pen.oval(0.0, 0.88, 0.82 * wide, 0.34, hood)
    _trunk(figure, figure.cloth, 1.92)
    if figure.behind:
        pen.oval(0.0, 1.02, 0.5 * wide, 0.36, hood)
    elif not figure.profile:
        pocket = (-0.38 * wide, 1.5, 0.38 * wide, 1.82)
        pen.box(pocket, 0.12, darker(figure.cloth, 0.18), rim=False)
        for side in (-1, 1):
            pen.line([(side * 0.17, 1.02), (side * 0.19, 1.36)], second_colour(figure), 0.09)


def _overalls(figure: Figure) -> None:
    pen, wide = figure.pen, figure.width
    _trunk(figure, figure.tied("under"))
    half = 0.69 * wide
    pen.box((-half, 1.46, half, 1.94), 0.16, figure.cloth)
    left, right = -0.36 * wide, 0.36 * wide
    if not figure.profile:
        pen.box((left, 1.14, right, 1.7), 0.08, figure.cloth)
        # Hides the rim of the bib where it meets the trousers.
        pen.box((left + 0.05, 1.4, right - 0.05, 1.72), 0.0, figure.cloth, rim=False)
    for strap in (left, right):
        pen.line([(strap, 1.5), (strap, 1.18), (strap * 1.15, 0.86)], figure.cloth, 0.16)
        if not figure.behind:
            pen.oval(strap * 0.86, 1.25, 0.08, 0.08, second_colour(figure), rim=False)


def _raincoat(figure: Figure) -> None:
    pen = figure.pen
    pen.blob(_stretched("raincoat", figure.width), figure.cloth)
    if figure.behind:
        return
    x = 0.2 if figure.profile else 0.0
    pen.line([(x, 0.95), (x, 1.94)], darker(figure.cloth, 0.3), 0.06)
    for row in range(3):
        pen.oval(x + 0.16, 1.12 + 0.29 * row, 0.095, 0.095, second_colour(figure), rim=False)


_OUTFITS: dict[str, Callable[[Figure], None]] = {
    "dress": _dress,
    "shirt": _shirt,
    "striped shirt": _striped_shirt,
    "zigzag shirt": _zigzag_shirt,
    "hoodie": _hoodie,
    "overalls": _overalls,
    "raincoat": _raincoat,
}

"""Draws filled and outlined shapes in one of four styles; knows no characters and no scenes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import skia

from storybook.world.tables import Colour, colour, darker, lighter, mix

Point = tuple[float, float]

# Width of the outline in 256ths of the picture: the ink must survive at 128 px, the flat rim only parts like from like.
_OUTLINES = {"flat color": 0.9, "ink outline": 2.5, "watercolor": 0.6, "sketch": 1.9}
_NIGHT: Colour = (40, 44, 104)


@lru_cache(maxsize=4096)
def _filling(tone: Colour, alpha: int) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=skia.ColorSetARGB(alpha, *tone))


def _stroking(tone: Colour, width: float) -> skia.Paint:
    return skia.Paint(
        AntiAlias=True,
        Color=skia.ColorSetARGB(255, *tone),
        Style=skia.Paint.kStroke_Style,
        StrokeWidth=width,
        StrokeCap=skia.Paint.kRound_Cap,
        StrokeJoin=skia.Paint.kRound_Join,
    )


class Pen:
    """A skia canvas with a style. `unit` is how many 256ths of the picture one drawn unit covers."""

    def __init__(self, canvas: skia.Canvas, style: str, *, night: bool = False) -> None:
        self.canvas = canvas
        self.style = style
        self.night = night
        self.unit = 1.0
        self.outline = _OUTLINES[style]

    @contextmanager
    def moved(self, x: float, y: float, scale: float = 1.0, turn: float = 0.0, flip: bool = False) -> Iterator[None]:
        """Draw with the origin at (x, y), scaled, turned by degrees and mirrored, until the block ends."""
        self.canvas.save()
        self.canvas.translate(x, y)
        if turn:
            self.canvas.rotate(turn)
        self.canvas.scale(-scale if flip else scale, scale)
        self.unit *= scale
        try:
            yield
        finally:
            self.unit /= scale
            self.canvas.restore()

    def tone(self, base: Colour) -> Colour:
        """Return the colour as this style and light show it."""
        if self.style == "sketch":
            grey = round(150 + 0.40 * (0.3 * base[0] + 0.59 * base[1] + 0.11 * base[2]))
            base = mix((grey, grey, grey), base, 0.42)
        elif self.style == "watercolor":
            base = lighter(base, 0.18)
        return mix(base, _NIGHT, 0.1) if self.night else base

    def shape(self, path: skia.Path, fill: Colour, rim: bool = True, alpha: int = 255) -> None:
        """Fill a path; the rim lies outside it, so that fills keep their size."""
        tone = self.tone(fill)
        if rim:
            self.canvas.drawPath(path, _stroking(self._rim(tone), 2 * self.outline / self.unit))
        self.canvas.drawPath(path, _filling(tone, alpha))

    def _rim(self, tone: Colour) -> Colour:
        if self.style == "ink outline":
            return colour("ink", "line")
        return (84, 78, 84) if self.style == "sketch" else darker(tone, 0.26)

    def oval(self, x: float, y: float, wide: float, high: float, fill: Colour, rim: bool = True,
             alpha: int = 255) -> None:  # fmt: skip
        """Draw an oval around (x, y) with the two radii."""
        path = skia.Path()
        path.addOval(skia.Rect(x - wide, y - high, x + wide, y + high))
        self.shape(path, fill, rim, alpha)

    def polygon(self, points: Sequence[Point], fill: Colour, rim: bool = True) -> None:
        """Draw a polygon with corners."""
        path = skia.Path()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        path.close()
        self.shape(path, fill, rim)

    def box(self, corners: tuple[float, float, float, float], corner: float, fill: Colour, rim: bool = True) -> None:
        """Draw a rounded box with corners (x0, y0, x1, y1)."""
        path = skia.Path()
        path.addRoundRect(skia.Rect(*corners), corner, corner)
        self.shape(path, fill, rim)

    def blob(self, points: Sequence[Point], fill: Colour, rim: bool = True) -> None:
        """Draw a smooth closed shape: a curve through the middles between neighbouring points."""
        self.shape(smooth(points), fill, rim)

    def line(self, points: Sequence[Point], ink: Colour, width: float) -> None:
        """Draw a line; three points make a curve bent towards the second."""
        self.canvas.drawPath(_track(points), _stroking(self.tone(ink), width))

    def limb(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """Draw a thick round-ended limb with a rim."""
        track = _track(points)
        tone = self.tone(fill)
        self.canvas.drawPath(track, _stroking(self._rim(tone), width + 2 * self.outline / self.unit))
        self.canvas.drawPath(track, _stroking(tone, width))

    def star(self, x: float, y: float, radius: float, fill: Colour, rim: bool = False) -> None:
        """Draw a five-pointed star."""
        corners = []
        for index in range(10):
            reach = radius if index % 2 == 0 else radius * 0.46
            angle = index * math.pi / 5
            corners.append((x + reach * math.sin(angle), y - reach * math.cos(angle)))
        self.polygon(corners, fill, rim)

    def heart(self, x: float, y: float, size: float, fill: Colour) -> None:
        """Draw a heart around (x, y)."""
        path = skia.Path()
        path.moveTo(x, y + size * 0.9)
        path.cubicTo(x - size * 1.6, y - size * 0.1, x - size * 0.7, y - size * 1.2, x, y - size * 0.35)
        path.cubicTo(x + size * 0.7, y - size * 1.2, x + size * 1.6, y - size * 0.1, x, y + size * 0.9)
        self.shape(path, fill)


def _track(points: Sequence[Point]) -> skia.Path:
    path = skia.Path()
    path.moveTo(*points[0])
    if len(points) == 3:
        path.quadTo(*points[1], *points[2])
    else:
        for point in points[1:]:
            path.lineTo(*point)
    return path


def smooth(points: Sequence[Point]) -> skia.Path:
    """Return the closed curve through the middles between neighbouring points."""

    def middle(one: Point, other: Point) -> Point:
        return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)

    path = skia.Path()
    path.moveTo(*middle(points[-1], points[0]))
    for index, point in enumerate(points):
        path.quadTo(*point, *middle(point, points[(index + 1) % len(points)]))
    path.close()
    return path

"""Draws filled and outlined shapes in one of four styles; knows no characters and no scenes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache

import skia

from storybook.world.tables import Colour, Point, colour
from storybook.world.tints import darker, lighter, mix

Corners = tuple[float, float, float, float]

# Half widths of the rim in 256ths of the picture: the ink must survive at 128 px, the flat rim only
# parts like from like.
_RIMS = {"flat color": 0.9, "ink outline": 2.5, "watercolor": 0.6, "sketch": 1.9}
_PENCIL: Colour = (84, 78, 84)
_NIGHT: Colour = (40, 44, 104)


class Pen:
    """A skia canvas with a style; `unit` is how many 256ths of the picture a drawn unit covers."""

    def __init__(self, canvas: skia.Canvas, style: str, *, night: bool = False) -> None:
        self.canvas = canvas
        self.style = style
        self.night = night
        self.unit = 1.0
        self.rim = _RIMS[style]

    @contextmanager
    def moved(
        self, x: float, y: float, scale: float = 1.0, turn: float = 0.0, flip: bool = False
    ) -> Iterator[None]:
        """Draw around (x, y), turned by degrees, scaled and mirrored, until the block ends."""
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
            self.canvas.drawPath(path, _stroking(self._rim_colour(tone), self._rim_width()))
        self.canvas.drawPath(path, _filling(tone, alpha))

    def trace(self, path: skia.Path, ink: Colour, width: float) -> None:
        """Draw along a path, without filling it."""
        self.canvas.drawPath(path, _stroking(self.tone(ink), width))

    def oval(
        self,
        x: float,
        y: float,
        wide: float,
        high: float,
        fill: Colour,
        rim: bool = True,
        alpha: int = 255,
    ) -> None:
        """Draw an oval around (x, y) with the two radii."""
        path = skia.Path()
        path.addOval(skia.Rect(x - wide, y - high, x + wide, y + high))
        self.shape(path, fill, rim, alpha)

    def polygon(self, points: Sequence[Point], fill: Colour, rim: bool = True) -> None:
        """Draw a polygon with corners."""
        self.shape(cornered(points), fill, rim)

    def box(self, corners: Corners, corner: float, fill: Colour, rim: bool = True) -> None:
        """Draw a rounded box with corners (x0, y0, x1, y1)."""
        path = skia.Path()
        path.addRoundRect(skia.Rect(*corners), corner, corner)
        self.shape(path, fill, rim)

    def blob(self, points: Sequence[Point], fill: Colour, rim: bool = True) -> None:
        """Draw a smooth closed shape: a curve through the middles between neighbouring points."""
        self.shape(smooth(points), fill, rim)

    def line(self, points: Sequence[Point], ink: Colour, width: float) -> None:
        """Draw a line; three points make a curve bent towards the second."""
        self.trace(_track(points), ink, width)

    def limb(self, points: Sequence[Point], fill: Colour, width: float) -> None:
        """Draw a thick round-ended limb with a rim."""
        track, tone = _track(points), self.tone(fill)
        whole = width + self._rim_width()
        self.canvas.drawPath(track, _stroking(self._rim_colour(tone), whole))
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
        side, high, low, dip = size * 1.6, y - size * 1.2, y + size * 0.9, y - size * 0.35
        waist, inner = y - size * 0.1, size * 0.7
        path = skia.Path()
        path.moveTo(x, low)
        path.cubicTo(x - side, waist, x - inner, high, x, dip)
        path.cubicTo(x + inner, high, x + side, waist, x, low)
        self.shape(path, fill)

    def _rim_width(self) -> float:
        return 2 * self.rim / self.unit

    def _rim_colour(self, tone: Colour) -> Colour:
        if self.style == "ink outline":
            return colour("ink", "line")
        return _PENCIL if self.style == "sketch" else darker(tone, 0.26)


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


def _track(points: Sequence[Point]) -> skia.Path:
    path = skia.Path()
    path.moveTo(*points[0])
    if len(points) == 3:
        path.quadTo(*points[1], *points[2])
    else:
        for point in points[1:]:
            path.lineTo(*point)
    return path


def cornered(points: Sequence[Point]) -> skia.Path:
    """Return the closed polygon through the points."""
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    path.close()
    return path


def smooth(points: Sequence[Point]) -> skia.Path:
    """Return the closed curve through the middles between neighbouring points."""
    path = skia.Path()
    path.moveTo(*_middle(points[-1], points[0]))
    for index, point in enumerate(points):
        path.quadTo(*point, *_middle(point, points[(index + 1) % len(points)]))
    path.close()
    return path


def _middle(one: Point, other: Point) -> Point:
    return ((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)

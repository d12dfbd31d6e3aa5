"""Draws the ten scenes and the plain backgrounds; knows no characters."""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from functools import lru_cache

import skia

from storybook.world.pen import Pen
from storybook.world.tables import Colour, colour, lighter, mix

_WHITE: Colour = (255, 255, 255)
_SUN: Colour = (255, 228, 122)


@lru_cache(maxsize=512)
def scene_image(scene: str, light: str, style: str, layout: int, size: int) -> skia.Image:
    """Return a scene, drawn once per light, style, layout and size."""
    surface = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(size, size))
    canvas = surface.getCanvas()
    canvas.scale(size / 256, size / 256)
    pen = Pen(canvas, style)
    if scene.endswith(" background"):
        canvas.clear(_argb(pen, colour("background", scene.removesuffix(" background"))))
        return surface.makeImageSnapshot()
    # Scenes are soft: the ink belongs to the characters, and keeps them apart from what is behind them.
    pen.outline = 0.35 if style in ("flat color", "watercolor") else 0.7
    rng = random.Random(f"{scene}:{layout}")
    _SCENES[scene](pen, rng)
    if light == "night":
        _nightfall(pen, rng)
    return surface.makeImageSnapshot()


def _argb(pen: Pen, tint: Colour, alpha: int = 255) -> int:
    return int(skia.ColorSetARGB(alpha, *pen.tone(tint)))


def _sky(pen: Pen, top: Colour, bottom: Colour) -> None:
    shader = skia.GradientShader.MakeLinear(
        [skia.Point(0, 0), skia.Point(0, 220)], [_argb(pen, top), _argb(pen, bottom)]
    )
    pen.canvas.drawPaint(skia.Paint(Shader=shader))


def _nightfall(pen: Pen, rng: random.Random) -> None:
    veil = skia.Paint(Color=skia.ColorSetARGB(255, 84, 92, 168), BlendMode=skia.BlendMode.kMultiply)
    pen.canvas.drawPaint(veil)
    for _ in range(12):
        size = rng.uniform(1.4, 2.6)
        pen.oval(rng.uniform(6, 250), rng.uniform(6, 90), size, size, (255, 250, 214), rim=False)
    pen.oval(40, 40, 21, 21, (255, 246, 196), rim=False)
    pen.oval(49, 34, 18, 18, (88, 104, 172), rim=False)


def _cloud(pen: Pen, x: float, y: float, size: float) -> None:
    for across, up, radius in ((0, 0, 17), (18, 4, 13), (-18, 4, 13), (6, -8, 14)):
        pen.oval(x + across * size, y + up * size, radius * size, radius * size * 0.8, _WHITE, rim=False)


def _fir(pen: Pen, x: float, base: float, size: float, green: Colour, snow: bool = False) -> None:
    pen.box((x - 6 * size, base - 24 * size, x + 6 * size, base + 4), 2, (128, 90, 66))
    for step in range(3):
        bottom, half = base - 16 * size - 34 * step * size, (42 - 9 * step) * size
        pen.polygon([(x - half, bottom), (x, bottom - 54 * size), (x + half, bottom)], mix(green, _WHITE, 0.05 * step))
        if snow:
            pen.polygon([(x - half * 0.42, bottom - 31 * size), (x, bottom - 54 * size),
                         (x + half * 0.42, bottom - 31 * size)], (250, 252, 255), rim=False)  # fmt: skip


def _forest(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (204, 236, 216), (158, 208, 150))
    for x in (6, 66, 128, 190, 250):
        shade = mix((78, 146, 92), (112, 176, 108), rng.random())
        pen.box((x - 8, 90, x + 8, 206), 3, (132, 94, 66))
        pen.oval(x + rng.uniform(-6, 6), 66 + rng.uniform(-12, 12), 40, 54, shade)
    for x in (34 + rng.uniform(-10, 10), 222 + rng.uniform(-10, 10)):
        _fir(pen, x, 212, 0.95, (58, 120, 84))
    pen.oval(128, 272, 240, 78, (124, 184, 100), rim=False)


def _beach(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (138, 210, 248), (222, 242, 250))
    side = rng.choice((0, 1))
    pen.oval(206 if side else 50, 44, 24, 24, _SUN, rim=False)
    _cloud(pen, 120 if side else 150, 36, 0.9)
    pen.box((-4, 118, 260, 220), 0, (70, 166, 212), rim=False)
    pen.box((-4, 118, 260, 126), 0, (120, 198, 228), rim=False)
    pen.oval(128, 262, 250, 82, (248, 226, 166), rim=False)
    x = 26 if side else 230
    pen.line([(x, 216), (x + 10, 150), (x + 4, 96)], (156, 112, 72), 11)
    for angle in (-2.9, -2.2, -1.5, -0.8, -0.15):
        tip = (x + 4 + 50 * math.cos(angle), 104 + 34 * math.sin(angle))
        pen.line([(x + 4, 94), (x + 4 + 30 * math.cos(angle), 72 + 22 * math.sin(angle)), tip], (74, 164, 92), 11)


def _snow(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (188, 214, 242), (236, 244, 252))
    for x, size in ((28, 1.1), (92, 0.8), (170, 0.85), (232, 1.15)):
        _fir(pen, x + rng.uniform(-12, 12), 206, size, (92, 146, 136), snow=True)
    pen.oval(128, 274, 260, 88, (250, 252, 255), rim=False)
    for _ in range(16):
        pen.oval(rng.uniform(4, 252), rng.uniform(4, 180), 3.4, 3.4, _WHITE, rim=False)


def _space(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (32, 26, 76), (74, 50, 122))
    for _ in range(20):
        size = rng.uniform(1.2, 2.8)
        pen.oval(rng.uniform(4, 252), rng.uniform(4, 190), size, size, (255, 250, 216), rim=False)
    x = rng.choice((44, 212))
    pen.oval(x, 52, 30, 30, (240, 160, 98), rim=False)
    pen.line([(x - 46, 62), (x, 68), (x + 46, 40)], (250, 214, 150), 6)
    pen.oval(256 - x, 92, 15, 15, (150, 206, 228), rim=False)
    pen.oval(128, 282, 240, 84, (160, 154, 186), rim=False)
    for crater, y in ((34, 232), (96, 246), (208, 236)):
        pen.oval(crater, y, 17, 6, (130, 124, 160), rim=False)


def _city(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (255, 216, 184), (252, 238, 220))
    x = -8.0
    tints: tuple[Colour, ...] = ((190, 146, 166), (148, 164, 196), (212, 158, 134), (160, 178, 160))
    for index in range(6):
        wide, top = rng.uniform(40, 50), 60 + rng.uniform(0, 70)
        pen.box((x, top, x + wide, 222), 2, tints[index % 4], rim=False)
        for row in range(int((200 - top) // 26)):
            for across in (0.18, 0.58):
                left = x + wide * across
                pen.box((left, top + 10 + row * 26, left + 11, top + 23 + row * 26), 1, (255, 242, 180), rim=False)
        x += wide + 2
    pen.box((-4, 208, 260, 260), 0, (142, 138, 152), rim=False)
    pen.box((-4, 204, 260, 213), 0, (206, 200, 206), rim=False)


def _castle(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (186, 216, 250), (252, 230, 228))
    _cloud(pen, rng.choice((36, 220)), 34, 0.9)
    stone, roof = (214, 204, 216), (206, 88, 108)
    middle = 128 + rng.uniform(-14, 14)
    pen.box((middle - 84, 104, middle + 84, 214), 0, stone)
    for offset, top, wide in ((-92, 66, 25), (92, 66, 25), (-44, 36, 17), (44, 36, 17)):
        x = middle + offset
        pen.box((x - wide, top, x + wide, 214), 0, lighter(stone, 0.25))
        pen.polygon([(x - wide - 7, top), (x, top - 50), (x + wide + 7, top)], roof)
        pen.box((x - 6, top + 20, x + 6, top + 42), 6, (112, 100, 146), rim=False)
    pen.oval(128, 270, 240, 78, (144, 198, 112), rim=False)


def _bedroom(pen: Pen, rng: random.Random) -> None:
    wall = rng.choice(((230, 212, 242), (214, 230, 246), (248, 222, 220)))
    pen.canvas.clear(_argb(pen, wall))
    pen.box((-4, 204, 260, 260), 0, (214, 170, 132), rim=False)
    pen.oval(128, 238, 96, 18, (250, 214, 160), rim=False)
    side = rng.choice((0, 1))
    x = 18 if side else 176
    pen.box((x, 24, x + 62, 92), 4, (72, 84, 152))
    pen.oval(x + 40, 48, 11, 11, (255, 246, 196), rim=False)
    pen.line([(x, 58), (x + 62, 58)], (250, 248, 244), 4)
    pen.line([(x + 31, 24), (x + 31, 92)], (250, 248, 244), 4)
    bed = 152 if side else -20
    pen.box((bed, 128, bed + 124, 222), 8, (182, 122, 88))
    pen.box((bed + 6, 132, bed + 118, 170), 10, (253, 251, 247))
    pen.box((bed + 4, 156, bed + 120, 208), 10, (244, 158, 158))


def _meadow(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (160, 218, 250), (232, 247, 250))
    side = rng.choice((46, 210))
    pen.oval(side, 44, 24, 24, _SUN, rim=False)
    _cloud(pen, 256 - side, 44, 1.0)
    pen.oval(50, 246, 170, 100, (152, 206, 112), rim=False)
    pen.oval(216, 262, 180, 106, (126, 190, 98), rim=False)
    for index, x in enumerate((14, 44, 78, 178, 212, 240)):
        y = 206 + 34 * rng.random()
        for petal in range(4):
            angle = petal * math.pi / 2
            tint: Colour = ((250, 250, 250), (248, 152, 176), (255, 222, 96))[index % 3]
            pen.oval(x + 4 * math.cos(angle), y + 4 * math.sin(angle), 4, 4, tint, rim=False)
        pen.oval(x, y, 3, 3, (246, 170, 60), rim=False)


def _underwater(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (106, 206, 230), (42, 110, 178))
    for x, y, size in ((30, 50, 7), (46, 26, 5), (222, 90, 8), (234, 60, 5), (150, 22, 6)):
        pen.oval(x + rng.uniform(-8, 8), y, size, size, (206, 242, 250), rim=False, alpha=170)
    for x, y, tint in ((42, 108, (252, 168, 66)), (216, 38, (252, 224, 96))):
        y += rng.uniform(-16, 16)
        pen.polygon([(x - 12, y), (x - 28, y - 11), (x - 28, y + 11)], tint)
        pen.oval(x, y, 18, 12, tint)
        pen.oval(x + 9, y - 3, 2.6, 2.6, (40, 40, 56), rim=False)
    for x in (12, 34, 226, 246):
        pen.line([(x, 236), (x - 15, 196), (x + 8, 156 + rng.uniform(-10, 10))], (66, 172, 118), 10)
    pen.oval(128, 276, 240, 74, (236, 218, 168), rim=False)


def _desert(pen: Pen, rng: random.Random) -> None:
    _sky(pen, (255, 212, 148), (255, 240, 198))
    side = rng.choice((0, 1))
    pen.oval(196 if side else 60, 54, 27, 27, (252, 158, 98), rim=False)
    pen.oval(40, 252, 170, 96, (240, 192, 122), rim=False)
    pen.oval(220, 266, 180, 98, (228, 170, 104), rim=False)
    for x, low in ((26, 212), (230, 220)):
        green = (88, 160, 100)
        pen.line([(x, low), (x, low - 88)], green, 19)
        for arm, height in ((-1, 46), (1, 34)):
            pen.line([(x, low - height + 6), (x + 22 * arm, low - height + 2), (x + 22 * arm, low - height - 24)],
                     green, 12)  # fmt: skip


_SCENES: dict[str, Callable[[Pen, random.Random], None]] = {
    "forest": _forest,
    "beach": _beach,
    "snow": _snow,
    "space": _space,
    "city": _city,
    "castle": _castle,
    "bedroom": _bedroom,
    "meadow": _meadow,
    "underwater": _underwater,
    "desert": _desert,
}

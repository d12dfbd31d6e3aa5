"""Draws the scenes of nature on a 256-unit canvas; knows no characters and no night."""

from __future__ import annotations

import math
import random

from storybook.world.pen import Pen
from storybook.world.scenery import SUN, WHITE, cloud, fir, sky
from storybook.world.tables import Colour
from storybook.world.tints import mix

_PETALS: tuple[Colour, ...] = ((250, 250, 250), (248, 152, 176), (255, 222, 96))


def forest(pen: Pen, rng: random.Random) -> None:
    """Draw round trees behind, firs at the sides, grass."""
    sky(pen, (204, 236, 216), (158, 208, 150))
    for x in (6.0, 66.0, 128.0, 190.0, 250.0):
        shade = mix((78, 146, 92), (112, 176, 108), rng.random())
        pen.box((x - 8, 90, x + 8, 206), 3, (132, 94, 66))
        pen.oval(x + rng.uniform(-6, 6), 66 + rng.uniform(-12, 12), 40, 54, shade)
    for x in (34 + rng.uniform(-10, 10), 222 + rng.uniform(-10, 10)):
        fir(pen, x, 212, 0.95, (58, 120, 84))
    pen.oval(128, 272, 240, 78, (124, 184, 100), rim=False)


def beach(pen: Pen, rng: random.Random) -> None:
    """Draw sun, sea, sand and a palm."""
    sky(pen, (138, 210, 248), (222, 242, 250))
    side = rng.choice((0, 1))
    pen.oval(206 if side else 50, 44, 24, 24, SUN, rim=False)
    cloud(pen, 120 if side else 150, 36, 0.9)
    pen.box((-4, 118, 260, 220), 0, (70, 166, 212), rim=False)
    pen.box((-4, 118, 260, 126), 0, (120, 198, 228), rim=False)
    pen.oval(128, 262, 250, 82, (248, 226, 166), rim=False)
    x = 26 if side else 230
    pen.line([(x, 216), (x + 10, 150), (x + 4, 96)], (156, 112, 72), 11)
    for angle in (-2.9, -2.2, -1.5, -0.8, -0.15):
        across, down = math.cos(angle), math.sin(angle)
        arch = (x + 4 + 30 * across, 72 + 22 * down)
        tip = (x + 4 + 50 * across, 104 + 34 * down)
        pen.line([(x + 4, 94), arch, tip], (74, 164, 92), 11)


def snow(pen: Pen, rng: random.Random) -> None:
    """Draw white firs, a white ground, large flakes."""
    sky(pen, (188, 214, 242), (236, 244, 252))
    for x, size in ((28, 1.1), (92, 0.8), (170, 0.85), (232, 1.15)):
        fir(pen, x + rng.uniform(-12, 12), 206, size, (92, 146, 136), snow=True)
    pen.oval(128, 274, 260, 88, (250, 252, 255), rim=False)
    for _ in range(16):
        pen.oval(rng.uniform(4, 252), rng.uniform(4, 180), 3.4, 3.4, WHITE, rim=False)


def space(pen: Pen, rng: random.Random) -> None:
    """Draw stars, a planet with a ring, the moon's ground."""
    sky(pen, (32, 26, 76), (74, 50, 122))
    for _ in range(20):
        size = rng.uniform(1.2, 2.8)
        x, y = rng.uniform(4, 252), rng.uniform(4, 190)
        pen.oval(x, y, size, size, (255, 250, 216), rim=False)
    planet = rng.choice((44, 212))
    pen.oval(planet, 52, 30, 30, (240, 160, 98), rim=False)
    pen.line([(planet - 46, 62), (planet, 68), (planet + 46, 40)], (250, 214, 150), 6)
    pen.oval(256 - planet, 92, 15, 15, (150, 206, 228), rim=False)
    pen.oval(128, 282, 240, 84, (160, 154, 186), rim=False)
    for crater, y in ((34, 232), (96, 246), (208, 236)):
        pen.oval(crater, y, 17, 6, (130, 124, 160), rim=False)


def meadow(pen: Pen, rng: random.Random) -> None:
    """Draw sun, hills and flowers."""
    sky(pen, (160, 218, 250), (232, 247, 250))
    side = rng.choice((46, 210))
    pen.oval(side, 44, 24, 24, SUN, rim=False)
    cloud(pen, 256 - side, 44, 1.0)
    pen.oval(50, 246, 170, 100, (152, 206, 112), rim=False)
    pen.oval(216, 262, 180, 106, (126, 190, 98), rim=False)
    for index, x in enumerate((14, 44, 78, 178, 212, 240)):
        y = 206 + 34 * rng.random()
        for petal in range(4):
            across, down = math.cos(petal * math.pi / 2), math.sin(petal * math.pi / 2)
            pen.oval(x + 4 * across, y + 4 * down, 4, 4, _PETALS[index % 3], rim=False)
        pen.oval(x, y, 3, 3, (246, 170, 60), rim=False)


def underwater(pen: Pen, rng: random.Random) -> None:
    """Draw bubbles, two fish, weeds and sand."""
    sky(pen, (106, 206, 230), (42, 110, 178))
    for x, y, size in ((30, 50, 7), (46, 26, 5), (222, 90, 8), (234, 60, 5), (150, 22, 6)):
        place = x + rng.uniform(-8, 8)
        pen.oval(place, y, size, size, (206, 242, 250), rim=False, alpha=170)
    for x, height, tint in ((42, 108, (252, 168, 66)), (216, 38, (252, 224, 96))):
        depth = height + rng.uniform(-16, 16)
        pen.polygon([(x - 12, depth), (x - 28, depth - 11), (x - 28, depth + 11)], tint)
        pen.oval(x, depth, 18, 12, tint)
        pen.oval(x + 9, depth - 3, 2.6, 2.6, (40, 40, 56), rim=False)
    for x in (12, 34, 226, 246):
        tip = (x + 8, 156 + rng.uniform(-10, 10))
        pen.line([(x, 236), (x - 15, 196), tip], (66, 172, 118), 10)
    pen.oval(128, 276, 240, 74, (236, 218, 168), rim=False)


def desert(pen: Pen, rng: random.Random) -> None:
    """Draw a low sun, dunes and two cacti."""
    sky(pen, (255, 212, 148), (255, 240, 198))
    side = rng.choice((0, 1))
    pen.oval(196 if side else 60, 54, 27, 27, (252, 158, 98), rim=False)
    pen.oval(40, 252, 170, 96, (240, 192, 122), rim=False)
    pen.oval(220, 266, 180, 98, (228, 170, 104), rim=False)
    green = (88, 160, 100)
    for x, low in ((26, 212), (230, 220)):
        pen.line([(x, low), (x, low - 88)], green, 19)
        for arm, height in ((-1, 46), (1, 34)):
            elbow = (x + 22 * arm, low - height + 2)
            tip = (x + 22 * arm, low - height - 24)
            pen.line([(x, low - height + 6), elbow, tip], green, 12)

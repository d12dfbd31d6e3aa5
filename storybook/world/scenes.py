"""Keeps drawn scenes and plain backgrounds ready, so that each is drawn once; knows no figures."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache

import skia

from storybook.world import buildings, landscapes
from storybook.world.pen import Pen
from storybook.world.scenery import colour_of, nightfall
from storybook.world.tables import colour, is_plain

_SCENES: dict[str, Callable[[Pen, random.Random], None]] = {
    "forest": landscapes.forest,
    "beach": landscapes.beach,
    "snow": landscapes.snow,
    "space": landscapes.space,
    "city": buildings.city,
    "castle": buildings.castle,
    "bedroom": buildings.bedroom,
    "meadow": landscapes.meadow,
    "underwater": landscapes.underwater,
    "desert": landscapes.desert,
}


@lru_cache(maxsize=512)
def scene_image(scene: str, light: str, style: str, layout: int, size: int) -> skia.Image:
    """Return a scene, drawn once per light, style, layout and size."""
    surface = skia.Surface.MakeRaster(skia.ImageInfo.MakeN32Premul(size, size))
    canvas = surface.getCanvas()
    canvas.scale(size / 256, size / 256)
    pen = Pen(canvas, style)
    if is_plain(scene):
        canvas.clear(colour_of(pen, colour("background", scene.removesuffix(" background"))))
        return surface.makeImageSnapshot()
    # Scenes are soft: the ink belongs to the figures, and keeps them apart from what is behind.
    pen.rim = 0.35 if style in ("flat color", "watercolor") else 0.7
    rng = random.Random(f"{scene}:{layout}")
    _SCENES[scene](pen, rng)
    if light == "night":
        nightfall(pen, rng)
    return surface.makeImageSnapshot()

"""Draws a framed spec into pixels; decides nothing, all of it is in the spec."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import skia
from numpy.typing import NDArray
from PIL import Image

from storybook.world.assembly import draw_figure
from storybook.world.masks import masks_of
from storybook.world.pen import Pen
from storybook.world.picture import Picture
from storybook.world.scenes import scene_image
from storybook.world.tables import is_plain
from storybook.world.values import Framed, Place

_PAPERS = 8
_GRAIN = {"watercolor": 1.0, "sketch": 0.45}


def draw(spec: Framed, size: int = 128, masks: bool = False) -> Picture:
    """Draw a spec at size x size pixels.

    Masks of the characters only if asked for, since they cost as much again as the picture.
    """
    pixels = np.empty((size, size, 4), np.uint8)
    canvas = skia.Surface(pixels).getCanvas()
    scene = scene_image(spec.scene, spec.light, spec.style, spec.layout, size)
    canvas.drawImage(scene, 0, 0)
    canvas.scale(size / 256, size / 256)
    pen = Pen(canvas, spec.style, night=spec.light == "night")
    eyes: list[tuple[float, float, float]] = []
    for character, act, place in zip(spec.characters, spec.acts, spec.places, strict=True):
        if spec.framing == "full body" and not is_plain(spec.scene):
            _draw_shadow(pen, place)
        for x, y, radius in draw_figure(pen, character, act, place):
            eyes.append((x / size, y / size, radius * place.radius))
    image = np.ascontiguousarray(pixels[..., :3])
    if spec.style in _GRAIN:
        image = _on_paper(image, spec.seed % _PAPERS, _GRAIN[spec.style])
    return Picture(image, spec, tuple(eyes), masks_of(spec, size) if masks else [])


def _draw_shadow(pen: Pen, place: Place) -> None:
    wide, high = 256 * place.radius * 0.9, 256 * place.radius * 0.15
    pen.oval(256 * place.x, 256 * 0.958, wide, high, (52, 48, 72), rim=False, alpha=64)


def _on_paper(image: NDArray[np.uint8], which: int, strength: float) -> NDArray[np.uint8]:
    grain = 1.0 + strength * (_paper(image.shape[0], which)[..., None] - 1.0)
    return np.clip(255.0 - (255.0 - image) * grain, 0, 255).astype(np.uint8)


@lru_cache(maxsize=32)
def _paper(size: int, which: int) -> NDArray[np.float32]:
    generator = np.random.default_rng(which)
    paper = np.full((size, size), 0.94, np.float32)
    for cells, strength in ((size // 16 + 2, 0.05), (size // 4 + 2, 0.04)):
        noise = Image.fromarray(generator.normal(size=(cells, cells)).astype(np.float32))
        paper += strength * np.asarray(noise.resize((size, size), Image.Resampling.BICUBIC))
    return np.clip(paper, 0.6, 1.2)

"""Small sets of drawn pictures with planted twins, and pictures that only look like twins."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from castmates.core.ports import Pixels
from storybook.album import album
from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE, Framed, draw

CHARACTERS = [*EXAMPLE.values(), *DEVELOPMENT.values(), *EVALUATION.values()]


def exact(pixels: Pixels, chance: random.Random) -> Pixels:
    return pixels.copy()


def resized(pixels: Pixels, chance: random.Random) -> Pixels:
    factor = chance.choice((0.6, 0.8, 1.5, 2.0))
    size = (round(pixels.shape[1] * factor), round(pixels.shape[0] * factor))
    return np.array(Image.fromarray(pixels).resize(size, Image.Resampling.LANCZOS))


def pressed(pixels: Pixels, chance: random.Random) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=chance.choice((30, 50, 80)))
    return np.array(Image.open(stream).convert("RGB"))


def mirrored(pixels: Pixels, chance: random.Random) -> Pixels:
    return np.ascontiguousarray(pixels[:, ::-1])


def shifted(pixels: Pixels, chance: random.Random) -> Pixels:
    """Moved by 1 pixel to 6 % in both directions; what is laid bare has one colour."""
    height, width = pixels.shape[:2]
    across = chance.choice((-1, 1)) * max(1, round(chance.uniform(0, 0.06) * width))
    down = chance.choice((-1, 0, 1)) * round(chance.uniform(0, 0.06) * height)
    return np.array(
        Image.fromarray(pixels).transform(
            (width, height),
            Image.Transform.AFFINE,
            (1, 0, across, 0, 1, down),
            fillcolor=chance.choice(((0, 0, 0), (255, 255, 255), (128, 128, 128))),
        )
    )


def cropped(pixels: Pixels, chance: random.Random) -> Pixels:
    """85 to 97 % of the area, anywhere."""
    height, width = pixels.shape[:2]
    area = chance.uniform(0.855, 0.97)
    share = chance.uniform(area, 1.0)
    wide, high = round(width * share), round(height * area / share)
    left, top = chance.randint(0, width - wide), chance.randint(0, height - high)
    return pixels[top : top + high, left : left + wide].copy()


WAYS: tuple[Callable[[Pixels, random.Random], Pixels], ...] = (
    exact,
    resized,
    pressed,
    mirrored,
    shifted,
    cropped,
)


@dataclass(frozen=True)
class Planted:
    """Pictures, and which pairs of them are twins."""

    pictures: list[Pixels]
    pairs: set[tuple[int, int]]


def planted(seed: int, size: int = 128, count: int = 7) -> Planted:
    """One character's album with a twin of each way, and two pictures of which only the face or the
    background is another than in their neighbour."""
    chance = random.Random(seed)
    specs = list(album(CHARACTERS[seed % len(CHARACTERS)], count, seed))
    pictures = [draw(spec, size).image for spec in specs]
    pictures += [draw(_other_face(specs[0]), size).image, draw(_other_place(specs[1]), size).image]
    pairs = set()
    for way in WAYS:
        index = chance.randrange(count)
        family = {index} | {b for a, b in pairs if a == index}
        pictures.append(way(pictures[index], chance))
        pairs |= {(member, len(pictures) - 1) for member in family}
    return Planted(pictures, pairs)


def _other_face(spec: Framed) -> Framed:
    face = "angry" if spec.acts[0].expression != "angry" else "surprised"
    act = replace(spec.acts[0], expression=face, view="from front")
    return replace(spec, acts=(act,))


def _other_place(spec: Framed) -> Framed:
    place = "pink background" if spec.scene != "pink background" else "yellow background"
    return replace(spec, scene=place)

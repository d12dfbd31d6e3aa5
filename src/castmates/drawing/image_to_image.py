"""A picture as the beginning of a drawing: its size, its steps, its noise; knows no mask.

The steps are A1111's: of a schedule of n, strength d draws the last int(min(d, 0.999) · n) + 1, and
the picture gets the noise of the first of them. Two ends are exact here: strength 0 draws no step,
so that the picture only goes through the VAE, and strength 1 begins with noise alone, as text to
image does (A1111 keeps the picture's share α there: 7 % on SD 1.x, nothing at zero terminal SNR).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from PIL import Image
from torch import Tensor, stack

from castmates.core.ports import Pixels
from castmates.core.types import Size
from castmates.drawing.samplers import Sampler
from castmates.drawing.schedule import Schedule
from castmates.drawing.shots import Hires, Resize
from castmates.families.facts import Facts
from castmates.files.images import resized

MOST_STEPS = 1000
_ALMOST_ALL = 0.999
_LARGE = 2
"""Times the base's native side: a picture that is longer is drawn smaller unless a size is said."""


def steps_drawn(strength: float, steps: int) -> int | None:
    """How many of a schedule's last steps a strength draws; None: all, from noise alone."""
    if strength == 0.0:
        return 0
    return None if strength == 1.0 else int(min(strength, _ALMOST_ALL) * steps) + 1


def steps_laid_out(strength: float, steps: int) -> int:
    """How long a schedule is, of which hires fix draws the last `steps`: A1111's number."""
    if strength == 0.0:
        return steps
    return max(steps, int(steps / min(strength, _ALMOST_ALL)))


def tail(schedule: Schedule, last: int | None) -> Schedule:
    """The last steps of a schedule; None: all."""
    if last is None:
        return schedule
    return replace(schedule, steps=schedule.steps[max(0, len(schedule.steps) - last) :])


def begun(
    sampler: Sampler, schedule: Schedule, noise: Tensor, pictures: Sequence[Tensor | None]
) -> Tensor:
    """The latents before the first of the steps that are drawn.

    Args:
        noise: (n, c, h, w), unit.
        pictures: latents (c, h, w) that a row begins with; None: with noise alone.
    """
    bare = sampler.start(noise, schedule)
    level = schedule.steps[0].here
    rows = [
        alone if clean is None else level.alpha * clean + level.sigma * own
        for alone, clean, own in zip(bare, pictures, noise, strict=True)
    ]
    return stack(rows)


def fitted(picture: Pixels, size: Size, how: Resize = "crop") -> Pixels:
    """A picture at the size it is drawn at (Lanczos); one of that size stays as it is."""
    height, width = picture.shape[:2]
    if (width, height) == (size.width, size.height):
        return picture
    if how == "crop":
        return resized(picture, size)
    if how == "stretch":
        return _stretched(picture, size)
    scale = min(size.width / width, size.height / height)
    inner = Size.model_construct(
        width=max(1, min(size.width, round(width * scale))),
        height=max(1, min(size.height, round(height * scale))),
    )
    across, down = size.width - inner.width, size.height - inner.height
    room = ((down // 2, down - down // 2), (across // 2, across - across // 2), (0, 0))
    return np.pad(_stretched(picture, inner), room, mode="edge")


def is_too_large(width: int, height: int, facts: Facts) -> bool:
    """Whether a base would fall apart at a size: a side above twice its native one."""
    return max(height, width) > _LARGE * facts.native_size


def size_for(picture: Pixels, facts: Facts) -> Size:
    """The size to draw a picture at when nobody says one: its own, to the base's next multiples.

    A picture whose long side is more than twice the base's native one is brought to the area that
    the base was trained at, in its own shape.
    """
    height, width = picture.shape[:2]
    return size_near(width, height, facts)


def size_near(width: int, height: int, facts: Facts) -> Size:
    """The same for a width and a height in pixels."""
    native, step = facts.native_size, facts.size_multiple
    scale = 1.0
    if is_too_large(width, height, facts):
        scale = (native * native / (height * width)) ** 0.5
    sides = [max(step, round(side * scale / step) * step) for side in (width, height)]
    return Size(width=min(8192, max(8, sides[0])), height=min(8192, max(8, sides[1])))


def second_size(size: Size, hires: Hires, multiple: int) -> Size:
    """The size of the second pass, rounded down to what the base can draw; it may be too large."""
    width, height = (
        int(side * hires.scale) // multiple * multiple for side in (size.width, size.height)
    )
    return Size.model_construct(width=width, height=height)


def _stretched(picture: Pixels, size: Size) -> Pixels:
    shape = (size.width, size.height)
    return np.array(Image.fromarray(picture).resize(shape, Image.Resampling.LANCZOS))

"""At which size a picture is trained and which windows of it are shown; knows no tensors.

Without buckets a picture covers the one size and is cut in the middle. With buckets it is scaled
and cut as `buckets` says. With random crops several windows are chosen once, so that each of them
can be encoded once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from castmates.core.errors import CastmatesError, Misfits, Unfit
from castmates.core.ports import Pixels as Picture
from castmates.core.types import Size
from castmates.files import images
from castmates.training.buckets import BucketRule, Fit, Pixels
from castmates.training.data import Item
from castmates.training.recipe import Recipe
from castmates.training.seeding import chance_of

_LONGEST = 8192
"""Pixels that a scaled picture may be long before it is cut."""


@dataclass(frozen=True)
class View:
    """One way to show a picture.

    Attributes:
        size: what is shown, in pixels.
        resized: the size it is scaled to first; None: it covers `size` to a hair and is cut in the
            middle, between two pixels if need be.
        corner: left and top of the window in `resized`.
        mirrored: left and right changed.
    """

    size: Pixels
    resized: Pixels | None = None
    corner: Pixels = (0, 0)
    mirrored: bool = False

    def of(self, picture: Picture) -> Picture:
        """The window of a picture, (H, W, 3) or a mask (H, W), uint8."""
        width, height = self.size
        wide, high = self.resized or self.size
        found = images.resized(picture, Size(width=wide, height=high), fit="cover")
        left, top = self.corner
        found = found[top : top + height, left : left + width]
        return np.ascontiguousarray(found[:, ::-1] if self.mirrored else found)

    def frame(self, whole: Pixels) -> tuple[int, ...]:
        """What is shown of a picture of this size, as bases are told it (`Base.denoise`).

        Its own height and width; top and left of the window in the scaled picture, which is
        mirrored before it is cut; height and width of the window (Podell et al. 2023, 2307.01952,
        section 2.2).
        """
        (width, height), (left, top) = self.size, self.corner
        wide, high = self.resized or self.size
        if self.resized is None:
            factor = max(width / whole[0], height / whole[1])
            wide, high = (round(side * factor) for side in whole)
            left, top = max(0, wide - width) // 2, max(0, high - height) // 2
        if self.mirrored:
            left = max(0, wide - width - left)
        return whole[1], whole[0], top, left, height, width

    def flipped(self) -> View:
        """The same, mirrored."""
        return replace(self, mirrored=True)

    def __str__(self) -> str:
        """All that decides the pixels, for names of caches and for people."""
        size = f"{self.size[0]}x{self.size[1]}"
        side = "mirrored" if self.mirrored else "as it is"
        if self.resized is None:
            return f"{size}/{side}"
        return f"{size}/of {self.resized[0]}x{self.resized[1]} at {self.corner}/{side}"


def resolution(recipe: Recipe, native: int) -> Size:
    """The recipe's size, or the base's own."""
    return recipe.size or Size(width=native, height=native)


def rule_of(recipe: Recipe, native: int) -> BucketRule:
    """How the recipe chooses sizes. Raises BadInput as `BucketRule` does.

    Args:
        native: the base's own side.
    """
    size = resolution(recipe, native)
    return BucketRule(
        (size.width, size.height),
        enabled=recipe.buckets,
        smallest=recipe.bucket_smallest,
        largest=recipe.bucket_largest,
        step=recipe.bucket_step if recipe.buckets else 1,
        upscale=recipe.bucket_upscale,
    )


def fits_of(items: Sequence[Item], recipe: Recipe, native: int) -> tuple[Fit, ...]:
    """Where each picture goes.

    Raises:
        BadInput: limits that leave no bucket, or a broken picture.
        Unfit: pictures too narrow or too long; all of them at once.
    """
    rule, misfits, found = rule_of(recipe, native), Misfits(), []
    for item in items:
        try:
            fit = rule.fit(*size_of(item))
            if max(fit.resized) > _LONGEST:
                raise Unfit(
                    f"Scaled to {fit.bucket[0]}x{fit.bucket[1]} it is {max(fit.resized)} pixels "
                    "long before it is cut.",
                    "Crop it, or leave it out.",
                )
        except CastmatesError as error:
            misfits.add(type(error)(f"{item.path.name}: {error.what}", error.fix))
        else:
            found.append(fit)
    misfits.raise_if_any()
    return tuple(found)


def size_of(item: Item) -> Pixels:
    """A picture's own size. Raises BadInput when it is none."""
    if item.size is not None:
        return item.size
    height, width = images.read(item.path).shape[:2]
    return width, height


def views_of(items: Sequence[Item], recipe: Recipe, native: int) -> tuple[tuple[View, ...], ...]:
    """For each picture its windows, the middle one first; none is mirrored. Raises as `fits_of`."""
    if not (recipe.buckets or recipe.random_crop):
        size = resolution(recipe, native)
        return ((View((size.width, size.height)),),) * len(items)
    fits = fits_of(items, recipe, native)
    return tuple(_windows(item, fit, recipe) for item, fit in zip(items, fits, strict=True))


def _windows(item: Item, fit: Fit, recipe: Recipe) -> tuple[View, ...]:
    corners = [fit.corner()]
    if recipe.random_crop:
        chances = [
            chance_of(recipe.seed, "window", item.digest, n) for n in range(1, recipe.crop_windows)
        ]
        corners += [fit.corner(chance) for chance in chances]
    return tuple(View(fit.bucket, fit.resized, corner) for corner in dict.fromkeys(corners))

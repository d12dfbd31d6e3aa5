"""Which size a picture is trained at, and what is cut off; knows no pictures, only their sizes.

The arithmetic is that of sd-scripts (BucketManager), so that the same folder gives the same
buckets: with upscaling a fixed list and the nearest shape in it; without upscaling the picture's
own shape, made smaller only when it has more pixels than the resolution.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt
from random import Random

from castmates.core.errors import BadInput, Unfit

Pixels = tuple[int, int]
"""Width and height in pixels."""


@dataclass(frozen=True)
class Fit:
    """What becomes of one picture.

    Attributes:
        bucket: the size it is trained at.
        resized: the size it is scaled to first; it covers the bucket.
    """

    bucket: Pixels
    resized: Pixels

    @property
    def lost(self) -> Pixels:
        """How many columns and rows of the scaled picture are cut off."""
        return self.resized[0] - self.bucket[0], self.resized[1] - self.bucket[1]

    def corner(self, chance: Random | None = None) -> Pixels:
        """Left and top of the window: the middle, or anywhere when `chance` is given."""
        across, down = self.lost
        if chance is None:
            return across // 2, down // 2
        return chance.randint(0, across), chance.randint(0, down)


@dataclass(frozen=True)
class BucketRule:
    """How sizes are chosen.

    Attributes:
        resolution: width and height; their product is the area that no bucket exceeds.
        enabled: False: every picture is scaled to cover `resolution` and cut.
        smallest, largest: the shortest and longest side of a bucket; the first is rounded down and
            the second up to a step. Without upscaling they are not used.
        step: sides are multiples of it (64 for SD 1.x, 32 for SDXL and Flux).
        upscale: False: pictures are never made larger (`bucket_no_upscale`).

    Raises:
        BadInput: a step or side below 1, or a resolution outside smallest … largest.
    """

    resolution: Pixels
    enabled: bool = True
    smallest: int = 256
    largest: int = 1024
    step: int = 64
    upscale: bool = True

    def __post_init__(self) -> None:
        if self.step < 1 or min(self.resolution) < self.step:
            raise BadInput(
                f"Buckets in steps of {self.step} have no room in {_shown(self.resolution)}.",
                "Choose a larger resolution or a smaller step.",
            )
        low, high = self._limits
        if self.enabled and self.upscale and not low <= min(self.resolution):
            raise BadInput(
                f"The smallest side of a bucket is {low}, above {_shown(self.resolution)}.",
                "Lower the smallest side (min_bucket_reso).",
            )
        if self.enabled and self.upscale and not max(self.resolution) <= high:
            raise BadInput(
                f"The largest side of a bucket is {high}, below {_shown(self.resolution)}.",
                "Raise the largest side (max_bucket_reso).",
            )

    @property
    def area(self) -> int:
        return self.resolution[0] * self.resolution[1]

    @property
    def _limits(self) -> Pixels:
        return self.smallest - self.smallest % self.step, -(-self.largest // self.step) * self.step

    @cached_property
    def sizes(self) -> tuple[Pixels, ...]:
        """The list of buckets, by width and height; with no upscaling it is open, and empty here.

        512x512 with the defaults gives 17; 768x768 gives 19.
        """
        if not self.enabled:
            return (self.resolution,)
        if not self.upscale:
            return ()
        low, high = self._limits
        side = self._down(int(sqrt(self.area)))
        found = {(side, side)}
        for width in range(low, high + 1, self.step):
            height = min(high, self._down(self.area // width))
            if height >= low:
                found |= {(width, height), (height, width)}
        return tuple(sorted(found))

    def fit(self, width: int, height: int) -> Fit:
        """Where a picture of that size goes.

        Raises:
            Unfit: without upscaling, a picture with a side shorter than one step.
        """
        if self.enabled and not self.upscale:
            return self._kept_small(width, height)
        bucket = (width, height)
        if bucket not in self.sizes:
            # The plain difference of the ratios, as kohya takes it: wide shapes weigh more.
            bucket = min(self.sizes, key=lambda size: abs(size[0] / size[1] - width / height))
        wider = width / height > bucket[0] / bucket[1]
        scale = bucket[1] / height if wider else bucket[0] / width
        return Fit(bucket, (int(width * scale + 0.5), int(height * scale + 0.5)))

    def _kept_small(self, width: int, height: int) -> Fit:
        resized = (width, height)
        if width * height > self.area:
            ratio = width / height
            wide = sqrt(self.area * ratio)
            by_width = self._stepped(wide)
            by_height = self._stepped(self.area / wide)
            if min(by_width, by_height) < 1:
                raise self._too_narrow(width, height)
            # Both candidates keep one side on a step; the one whose steps bend the shape less wins.
            bent_width = abs(by_width / max(1, self._stepped(by_width / ratio)) - ratio)
            bent_height = abs(self._stepped(by_height * ratio) / by_height - ratio)
            if bent_width < bent_height:
                resized = (by_width, int(by_width / ratio + 0.5))
            else:
                resized = (int(by_height * ratio + 0.5), by_height)
        bucket = (self._down(resized[0]), self._down(resized[1]))
        if min(bucket) < 1:
            raise self._too_narrow(width, height)
        return Fit(bucket, resized)

    def _too_narrow(self, width: int, height: int) -> Unfit:
        return Unfit(
            f"A picture of {width}x{height} has no bucket: a side is shorter than {self.step}.",
            "Allow upscaling (bucket_no_upscale = false), or leave the picture out.",
        )

    def _down(self, pixels: int) -> int:
        return pixels - pixels % self.step

    def _stepped(self, pixels: float) -> int:
        return self._down(int(pixels + 0.5))


def counted(fits: Sequence[Fit], repeats: Sequence[int]) -> dict[Pixels, int]:
    """Looks an epoch in every bucket, by its size: what `counting` counts batches from.

    Args:
        fits: one for each picture.
        repeats: how often each is visited in an epoch.
    """
    found: dict[Pixels, int] = {}
    for fit, times in zip(fits, repeats, strict=True):
        found[fit.bucket] = found.get(fit.bucket, 0) + times
    return dict(sorted(found.items()))


def _shown(size: Pixels) -> str:
    return f"{size[0]}x{size[1]}"

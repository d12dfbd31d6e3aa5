"""Everything that is measured of one picture's pixels, as one value; judges nothing."""

from __future__ import annotations

from castmates.core.ports import Pixels
from castmates.core.types import Value
from castmates.pictures.damage import bars, blockiness
from castmates.pictures.exposure import Exposure, exposure
from castmates.pictures.prints import print_of
from castmates.pictures.sharpness import sharpness, softness


class Measured(Value):
    """Measures of one picture; see the modules that take them.

    Attributes:
        tones: low, middle, high, colour of `exposure`.
        bars: top, bottom, left, right in pixels.
        print: a `prints.Print` as text.
    """

    width: int
    height: int
    sharpness: float
    softness: float
    blockiness: float
    tones: tuple[float, float, float, float]
    bars: tuple[int, int, int, int]
    print: str

    @property
    def exposure(self) -> Exposure:
        return Exposure(*self.tones)


def measured(pixels: Pixels, side: int) -> Measured:
    """Measure (H, W, 3) uint8; `side` is the base's native size, in pixels."""
    tones, edges = exposure(pixels), bars(pixels)
    return Measured(
        width=pixels.shape[1],
        height=pixels.shape[0],
        sharpness=round(sharpness(pixels), 5),
        softness=round(softness(pixels, side), 4),
        blockiness=round(blockiness(pixels), 3),
        tones=(
            round(tones.low, 1),
            round(tones.middle, 1),
            round(tones.high, 1),
            round(tones.colour, 1),
        ),
        bars=(edges.top, edges.bottom, edges.left, edges.right),
        print=print_of(pixels).text,
    )

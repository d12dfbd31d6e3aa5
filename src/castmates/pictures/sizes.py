"""How large, and of what shape, a base wants its pictures; knows no picture.

The guide figures: half as much again as the native size at least, eight times at best (768 and 4096
for a base of 512), and the shape of the drawings that are planned.
"""

from __future__ import annotations

from castmates.core.types import Size, Value

_LARGE = 384
"""Native size from which a base is made for photographs and detailed art; drawn bases below it are
content with their own size."""
_FLOOR, _IDEAL = 1.5, 8
_DRAWING = Size(width=640, height=768)


class Needs(Value):
    """What pictures are held to, in pixels.

    Attributes:
        floor: the long side at least; the short side must reach `native`.
        ideal: the long side at best; 0: nothing is gained by more.
        drawing: the size that will be drawn at.
    """

    native: int
    floor: int
    ideal: int
    drawing: Size

    @property
    def ratio(self) -> float:
        """Width over height of the drawings."""
        return self.drawing.width / self.drawing.height

    def misses(self, width: int, height: int) -> bool:
        """Whether a picture is too small."""
        return max(width, height) < self.floor or min(width, height) < self.native


def needs_of(native: int) -> Needs:
    """The needs of a base that was trained at `native` pixels."""
    if native < _LARGE:
        square = Size(width=max(native, 8), height=max(native, 8))
        return Needs(native=native, floor=native, ideal=0, drawing=square)
    return Needs(
        native=native,
        floor=round(native * _FLOOR),
        ideal=native * _IDEAL,
        drawing=Size(width=_DRAWING.width * native // 512, height=_DRAWING.height * native // 512),
    )

"""Read a box as people write it: `10,20,300,400` or `5%,0%,95%,100%`; knows no picture."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.core.errors import BadInput
from castmates.pictures.edits.steps import Box

_FIX = "Give left,top,right,bottom in pixels or per cent: 10,20,300,400 or 5%,0%,95%,100%"


@dataclass(frozen=True)
class WrittenBox:
    """Left, top, right, bottom, each in pixels or as a share of the picture's side."""

    values: tuple[float, float, float, float]
    shares: tuple[bool, bool, bool, bool]

    def within(self, width: int, height: int) -> Box:
        """In pixels of a picture, cut at its edges."""
        sides = (width, height, width, height)
        pixels = [
            round(v * side / 100) if share else round(v)
            for v, share, side in zip(self.values, self.shares, sides, strict=True)
        ]
        left, top, right, bottom = (min(p, side) for p, side in zip(pixels, sides, strict=True))
        if left >= right or top >= bottom:
            raise BadInput(f"The box lies outside of {width}x{height} pixels.", _FIX)
        return left, top, right, bottom


def read_box(text: str) -> WrittenBox:
    """Raises BadInput: not four numbers, negative ones, or right before left."""
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != 4:
        many = "1 part" if len(parts) == 1 else f"{len(parts)} parts"
        raise BadInput(f"'{text}' is no box: it has {many}, and 4 are wanted.", _FIX)
    values = tuple(_value(text, part) for part in parts)
    shares = tuple(part.endswith("%") for part in parts)
    left, top, right, bottom = values
    for low, high, a, b in ((left, right, 0, 2), (top, bottom, 1, 3)):
        if shares[a] == shares[b] and high <= low:
            raise BadInput(f"The box '{text}' ends before it begins.", _FIX)
    return WrittenBox((left, top, right, bottom), (shares[0], shares[1], shares[2], shares[3]))


def _value(text: str, part: str) -> float:
    try:
        value = float(part.removesuffix("%"))
    except ValueError as error:
        raise BadInput(f"'{text}' is no box: '{part}' is no number.", _FIX) from error
    if not 0 <= value < 1_000_000:
        raise BadInput(f"'{text}' is no box: {part} lies outside of every picture.", _FIX)
    return value

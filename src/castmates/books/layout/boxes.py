"""Find the place for a box of words: calm, and over nobody; measures no words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.layout.calm import CalmMap
from castmates.books.layout.cropping import Crop
from castmates.books.layout.geometry import Rect

AROUND = 7.0
"""Points that stay free between words and anybody."""
_STEP = 9.0
_LEVELS = 1.9


@dataclass(frozen=True)
class Placed:
    """A box, the calm below it 0..1, and how good it is beside others."""

    rect: Rect
    calm: float
    score: float


def best_place(
    sizes: Sequence[tuple[float, float]],
    safe: Rect,
    crop: Crop,
    calm: CalmMap,
    taken: Sequence[Rect],
) -> Placed | None:
    """The best place for a box of one of some sizes; None: there is none.

    Args:
        sizes: (width, height) in points, any of them will do.
        safe: where it may stand.
        taken: where somebody is; no box comes nearer than `AROUND`.
    """
    found = [
        placed
        for wide, high in sizes
        for rect in _spots(wide, high, safe)
        if not any(rect.grown(AROUND).meets(other) for other in taken)
        for placed in (_judged(rect, safe, crop, calm),)
    ]
    return max(found, key=lambda each: each.score, default=None)


def _spots(wide: float, high: float, safe: Rect) -> list[Rect]:
    """Every place of a size in the safe area: its edges, its middle, and steps between."""
    if wide > safe.w + 1e-6 or high > safe.h + 1e-6:
        return []
    return [
        Rect(safe.x + x, safe.y + y, wide, high)
        for x in _stops(max(safe.w - wide, 0.0))
        for y in _stops(max(safe.h - high, 0.0))
    ]


def _stops(room: float) -> list[float]:
    steps = [_STEP * k for k in range(int(room / _STEP) + 1)]
    return sorted({*steps, room / 2, room})


def _judged(rect: Rect, safe: Rect, crop: Crop, calm: CalmMap) -> Placed:
    whole = crop.whole
    box = (
        (rect.x - whole.x) / whole.w,
        (rect.y - whole.y) / whole.h,
        (rect.right - whole.x) / whole.w,
        (rect.bottom - whole.y) / whole.h,
    )
    quiet = calm.of(box)
    # Boxes read well that lie along an edge, are centred or flush, and are wider than high.
    edge = min(abs(rect.y - safe.y), abs(safe.bottom - rect.bottom)) / safe.h
    middle = abs((rect.x + rect.w / 2) - (safe.x + safe.w / 2)) / safe.w
    flush = min(middle, abs(rect.x - safe.x) / safe.w, abs(safe.right - rect.right) / safe.w)
    shape = min(rect.w / rect.h, _LEVELS) / _LEVELS
    return Placed(rect, quiet, 3.0 * quiet - 0.5 * edge - 0.6 * flush + 0.6 * shape)

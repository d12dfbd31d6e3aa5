"""Choose the part of a picture that a frame shows, with everybody inside; knows no page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from castmates.books.layout.geometry import Rect
from castmates.books.values import Box, Figure

_EDGE, _GROUND = 0.004, 0.04
"""Of a picture: who comes nearer to its edge is cut by it; to its foot, stands on it."""


@dataclass(frozen=True)
class Crop:
    """A picture in a frame.

    Attributes:
        frame: what is seen, on the page.
        whole: where all of the picture would lie; it covers the frame.
        cut: names of figures that the frame cuts.
    """

    frame: Rect
    whole: Rect
    cut: tuple[str, ...] = ()

    def place(self, box: Box) -> Rect:
        """Where a box (fractions of the picture) lies on the page."""
        return self.whole.part(box)


def cropped(
    frame: Rect, aspect: float, figures: Sequence[Figure] = (), keep: Rect | None = None
) -> Crop:
    """The picture as large as covers the frame, moved so that the figures stay in sight.

    Args:
        aspect: width / height of the picture.
        keep: what is left of the frame when the page is trimmed; None: all of it.
    """
    if frame.w / frame.h > aspect:
        wide, high = frame.w, frame.w / aspect
    else:
        wide, high = frame.h * aspect, frame.h
    x = frame.x - _slide(wide, frame.w, [(f.box[0], f.box[2]) for f in figures])
    y = frame.y - _slide(high, frame.h, [(f.box[1], f.box[3]) for f in figures])
    crop = Crop(frame, Rect(x, y, wide, high))
    cut = tuple(f.name for f in figures if _is_cut(crop, f, keep or frame))
    return Crop(crop.frame, crop.whole, cut)


def _slide(length: float, seen: float, spans: Sequence[tuple[float, float]]) -> float:
    """How much of a length is hidden before what is seen."""
    spare = length - seen
    if spare <= 0 or not spans:
        return spare / 2
    first, end = min(a for a, _ in spans) * length, max(b for _, b in spans) * length
    if end - first > seen:
        # Too large to be seen whole: rather the feet are lost than the face.
        return min(max(first, 0.0), spare)
    middle = spare / 2
    return min(max(middle, end - seen, 0.0), first, spare) if end - seen <= first else middle


def _is_cut(crop: Crop, figure: Figure, keep: Rect) -> bool:
    """Whether the page takes something off a figure that the picture itself shows.

    Where the picture's own edge cuts somebody, the bleed beyond it takes nothing more away.
    """
    seen, box = crop.place(figure.box), figure.box
    slack = 0.006 * max(seen.w, seen.h) + 1e-6
    frame = crop.frame
    left = frame.x if box[0] <= _EDGE else keep.x
    top = frame.y if box[1] <= _EDGE else keep.y
    right = frame.right if box[2] >= 1.0 - _EDGE else keep.right
    bottom = frame.bottom if box[3] >= 1.0 - _GROUND else keep.bottom
    return not Rect(left, top, right - left, bottom - top).holds(seen, slack)

"""How much calm room a picture leaves for words, over nobody; sets none."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.layout.boxes import best_place
from castmates.books.layout.calm import CalmMap
from castmates.books.layout.cropping import cropped
from castmates.books.layout.geometry import Rect
from castmates.books.values import Box
from castmates.core.ports import Pixels

_PAGE, _MARGIN = 400.0, 24.0
_SHAPES = ((0.86, 0.16), (0.6, 0.24), (0.4, 0.4), (0.86, 0.24))
"""Boxes of words as shares of the page: a line or two over it, a block in a corner."""


def room(picture: Pixels, boxes: Sequence[Box]) -> float:
    """The calm, 0..1, of the best place for a box of words that covers nobody; 0: there is none.

    Args:
        boxes: where somebody is, in shares of the picture.
    """
    aspect = picture.shape[1] / picture.shape[0]
    page = Rect(0.0, 0.0, _PAGE * aspect, _PAGE)
    crop = cropped(page, aspect)
    taken = [crop.place(box) for box in boxes]
    sizes = [(wide * page.w, high * page.h) for wide, high in _SHAPES]
    place = best_place(sizes, page.grown(-_MARGIN), crop, CalmMap(picture), taken)
    return round(place.calm, 4) if place is not None else 0.0

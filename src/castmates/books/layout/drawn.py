"""A picture as the layout sees it: its shape, calm, colours, and who is in it; keeps no pixels."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from castmates.books.layout.calm import CalmMap
from castmates.books.layout.tints import Tints, tints_of
from castmates.books.values import Figure
from castmates.core.ports import Pixels
from castmates.files import images

_ENOUGH = 640
"""Pixels of the long side: more tell nothing new of calm and colours."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """What is known of a picture; `size` is width and height in pixels."""

    key: int
    size: tuple[int, int]
    calm: CalmMap
    tints: Tints
    figures: tuple[Figure, ...] = ()
    alt: str = ""

    @property
    def aspect(self) -> float:
        return self.size[0] / self.size[1]


def drawn(
    key: int, picture: Pixels | Path, figures: tuple[Figure, ...] = (), alt: str = ""
) -> Drawn:
    """Look at a picture.

    Raises:
        Missing: there is no such file.
        BadInput: it is no picture, or broken.
    """
    pixels = images.read(picture) if isinstance(picture, Path) else picture
    small = images.shrunk(pixels, _ENOUGH)
    size = (pixels.shape[1], pixels.shape[0])
    return Drawn(key, size, CalmMap(small), tints_of(small), figures, alt)

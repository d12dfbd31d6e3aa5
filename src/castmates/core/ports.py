"""What can be plugged in: protocols of one to four methods; knows no implementation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from castmates.core.types import Tag

Pixels = NDArray[np.uint8]
"""A picture: (height, width, 3), sRGB, 0..255."""


@runtime_checkable
class Tagger(Protocol):
    """Names what is in pictures."""

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        """For each picture its tags, most confident first.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which a tag is left out; None: the tagger's own threshold.
        """
        ...

    def vocabulary(self) -> dict[str, str]:
        """Every tag that this tagger can say -> its family."""
        ...


@runtime_checkable
class Encoder(Protocol):
    """Says who somebody is, as a direction: pictures of the same character point the same way."""

    def embed(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """(n, d) rows of length 1; likeness of two pictures is their dot product."""
        ...


@runtime_checkable
class Captioner(Protocol):
    """Says in a sentence what a picture shows."""

    def sentences(self, pictures: Sequence[Pixels]) -> list[str]:
        """For each (H, W, 3) uint8 picture a sentence, always the same; "": nothing is said."""
        ...


Mask = NDArray[np.bool_]
"""(height, width): which pixels belong to somebody."""


@dataclass(frozen=True, eq=False)
class Found:
    """Somebody in a picture.

    Attributes:
        box: left, top, right, bottom in pixels of the picture, right and bottom exclusive.
        confidence: 0..1.
        name: what the finder calls it ("character", "person", "face").
        mask: what is visible of it, of the picture's size; None: this finder knows boxes only.
    """

    box: tuple[float, float, float, float]
    confidence: float
    name: str = "character"
    mask: Mask | None = None


@runtime_checkable
class Finder(Protocol):
    """Says where everybody is."""

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        """For each picture whom it found, most confident first.

        Args:
            pictures: (H, W, 3) uint8 each; sizes may differ.
            at_least: confidence below which somebody is left out; None: the finder's own.
        """
        ...


@runtime_checkable
class Upscaler(Protocol):
    """Makes a picture larger by a fixed factor, and its lines crisp again."""

    @property
    def factor(self) -> int:
        """How many times wider and higher."""
        ...

    def upscale(self, picture: Pixels) -> Pixels:
        """(H, W, 3) uint8 -> (factor H, factor W, 3) uint8."""
        ...

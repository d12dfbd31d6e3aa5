"""What an opened base of any family does alike: hand words and pictures on to its own parts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Generic, Protocol, TypeVar

from torch import Tensor

from castmates.core.ports import Pixels
from castmates.families.pictures import Pictures


class Words(Protocol):
    """Reads texts as tokens."""

    def tokens(self, text: str) -> list[tuple[int, int, int]]: ...

    def count(self, text: str) -> int: ...


W = TypeVar("W", bound=Words)


class Halves(Generic[W]):
    """The reading and the seeing half of a base (`families.base.Base`)."""

    _text: W
    _pictures: Pictures

    def tokens(self, text: str) -> list[tuple[int, int, int]]:
        return self._text.tokens(text)

    def count_tokens(self, text: str) -> int:
        return self._text.count(text)

    def encode_pictures(self, pixels: Sequence[Pixels]) -> Tensor:
        return self._pictures.encode(pixels)

    def decode(self, latents: Tensor) -> list[Pixels]:
        return self._pictures.decode(latents)

    def detail_kept(self, pixels: Sequence[Pixels]) -> list[float]:
        return self._pictures.detail_kept(pixels)

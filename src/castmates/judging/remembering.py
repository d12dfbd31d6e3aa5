"""Judges that remember what they saw, so that a picture is looked at once; judges nothing itself.

A race scores all its pictures after every rung; without a memory most would be looked at five
times. What a picture is, is its pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Encoder, Finder, Found, Pixels, Tagger
from castmates.core.types import Tag
from castmates.judging.judges import Judges


def remembering(judges: Judges) -> Judges:
    """The same judges with a memory each."""
    finder = judges.finder
    return replace(
        judges,
        encoder=RememberingEncoder(judges.encoder),
        tagger=RememberingTagger(judges.tagger),
        finder=RememberingFinder(finder) if finder is not None else None,
        others={name: RememberingEncoder(one) for name, one in judges.others.items()},
    )


@dataclass
class RememberingEncoder:
    """An encoder that embeds a picture once."""

    encoder: Encoder
    _known: dict[bytes, NDArray[np.float32]] = field(default_factory=dict)

    def embed(self, pictures: Sequence[Pixels]) -> NDArray[np.float32]:
        """As `Encoder.embed`."""
        marks = [_mark(picture) for picture in pictures]
        new = {m: p for m, p in zip(marks, pictures, strict=True) if m not in self._known}
        if new:
            rows = self.encoder.embed(list(new.values()))
            self._known |= dict(zip(new, rows, strict=True))
        return np.stack([self._known[mark] for mark in marks])


@dataclass
class RememberingTagger:
    """A tagger that looks once at a picture for each threshold."""

    tagger: Tagger
    _known: dict[tuple[bytes, float | None], list[Tag]] = field(default_factory=dict)

    def tags(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Tag]]:
        """As `Tagger.tags`."""
        marks = [(_mark(picture), at_least) for picture in pictures]
        new = {m: p for m, p in zip(marks, pictures, strict=True) if m not in self._known}
        if new:
            said = self.tagger.tags(list(new.values()), at_least)
            self._known |= dict(zip(new, said, strict=True))
        return [self._known[mark] for mark in marks]

    def vocabulary(self) -> dict[str, str]:
        """As `Tagger.vocabulary`."""
        return self.tagger.vocabulary()


@dataclass
class RememberingFinder:
    """A finder that searches a picture once."""

    finder: Finder
    _known: dict[tuple[bytes, float | None], list[Found]] = field(default_factory=dict)

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        """As `Finder.find`."""
        marks = [(_mark(picture), at_least) for picture in pictures]
        new = {m: p for m, p in zip(marks, pictures, strict=True) if m not in self._known}
        if new:
            found = self.finder.find(list(new.values()), at_least)
            self._known |= dict(zip(new, found, strict=True))
        return [self._known[mark] for mark in marks]


def _mark(picture: Pixels) -> bytes:
    shape = ",".join(map(str, picture.shape)).encode()
    return blake2b(np.ascontiguousarray(picture).tobytes() + shape, digest_size=16).digest()

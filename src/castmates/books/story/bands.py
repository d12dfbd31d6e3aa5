"""What readers of an age manage: words, grade, size of type; the table is `bands.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from castmates.core.errors import BadInput
from castmates.core.types import Value

YOUNGEST, OLDEST = 2, 99


class Band(Value):
    """One band of ages; `age` is its oldest.

    Attributes:
        words, sentence: the most words on a page, and in a sentence.
        grade: the highest of Flesch-Kincaid.
        size, smallest: of the type, in points on a page of 8.5 inches.
        leading: space between lines, in ems.
    """

    age: int
    words: int
    sentence: int
    grade: float
    size: float
    smallest: float
    leading: float


@cache
def bands() -> tuple[Band, ...]:
    """All bands, youngest first."""
    text = (files("castmates.books.story") / "bands.toml").read_text(encoding="utf-8")
    return tuple(Band.model_validate(row) for row in tomllib.loads(text)["band"])


def band_of(age: int) -> Band:
    """The band of an age in years. Raises BadInput for ages that read no picture books."""
    if not YOUNGEST <= age <= OLDEST:
        raise BadInput(
            f"The age is {age}; wanted {YOUNGEST} to {OLDEST} years.", "Say the readers' age: 5."
        )
    return next(band for band in bands() if age <= band.age)

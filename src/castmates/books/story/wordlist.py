"""Which English words readers of an age know; the lists are `words.toml`, and our own choice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files

_ENDINGS: tuple[str, ...] = (
    *("s", "es", "ed", "d", "ing", "er", "r", "est", "st", "ly", "y", "ful", "less"),
    *("'s", "n't", "'ll", "'re", "'ve", "'d", "'m"),
)


@cache
def _lists() -> tuple[tuple[int, frozenset[str]], ...]:
    text = (files("castmates.books.story") / "words.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)
    return tuple(
        (int(name.removeprefix("age")), frozenset(words.split())) for name, words in table.items()
    )


@cache
def age_of(word: str) -> int | None:
    """The age of the youngest list that has a word or its stem; None: in no list."""
    stems = set(_stems(word.casefold().replace("’", "'")))
    return next((age for age, words in _lists() if stems & words), None)


def is_known(word: str) -> bool:
    """Whether any list has the word."""
    return age_of(word) is not None


def is_known_at(word: str, age: int) -> bool:
    """Whether readers of this age know the word; compounds of known words count."""
    if not re.search(r"[a-z]", word.casefold()):
        return True
    youngest = age_of(word)
    if youngest is not None:
        return youngest <= max(age, 4)
    parts = word.split("-")
    return len(parts) > 1 and all(is_known_at(part, age) for part in parts if part)


def _stems(word: str) -> Iterator[str]:
    """The word, and what it may be made of: waved, wave; hopping, hop; puppies, puppy."""
    yield word
    for ending in _ENDINGS:
        if not word.endswith(ending) or len(word) - len(ending) < 1:
            continue
        stem = word[: -len(ending)]
        yield stem
        yield stem + "e"
        if len(stem) > 2 and stem[-1] == stem[-2]:
            yield stem[:-1]
        if stem.endswith("i"):
            yield stem[:-1] + "y"
        if ending in ("s", "es") and stem.endswith("v"):
            yield stem[:-1] + "f"
        if ending == "s" and stem.endswith(("'", "’")):
            yield stem[:-1]

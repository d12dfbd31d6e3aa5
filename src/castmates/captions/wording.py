"""Put nouns into English: articles, lists, two adjectives of one noun; knows no picture.

The words are `sentences.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from castmates.captions.spelling import key
from castmates.core.types import Value

_plain = re.compile(r"[a-z0-9][a-z0-9 '-]*")


class Nouns(Value):
    """Which nouns take which article; by last words, or by how they begin."""

    mass: tuple[str, ...]
    one: tuple[str, ...]
    a_before: tuple[str, ...]
    an_before: tuple[str, ...]
    no_thing: tuple[str, ...]


class Merged(Value):
    """A noun of which several tags are said as one."""

    first: tuple[str, ...]


class Words(Value):
    """The whole table."""

    numbers: dict[str, str]
    pronouns: dict[str, tuple[str, ...]]
    nouns: Nouns
    merged: dict[str, Merged]
    families: dict[str, str]
    traits: dict[str, str]
    transitive: dict[str, str]
    verbs: dict[str, str]
    manners: dict[str, str]
    places: dict[str, str]
    lights: dict[str, str]
    views: dict[str, str]


@cache
def table() -> Words:
    """The table of this package."""
    text = (files("castmates.captions") / "sentences.toml").read_text(encoding="utf-8")
    return Words.model_validate(tomllib.loads(text))


def is_thing(tag: str) -> bool:
    """Whether a tag can be said as a noun: plain words, and nothing that is not there."""
    name = key(tag)
    no = name.startswith(("no ", "without ", "removing ", "adjusting "))
    return bool(_plain.fullmatch(name)) and not no and name not in table().nouns.no_thing


def with_article(noun: str) -> str:
    """`a red scarf`, `an apple`, `green eyes`, `long hair`."""
    nouns = table().nouns
    last = noun.split(" ")[-1]
    many = last.endswith("s") and not last.endswith("ss") and last not in nouns.one
    if last in nouns.mass or many or noun.startswith(("a ", "an ", "the ")):
        return noun
    vowel = noun[0] in "aeiou" and not noun.startswith(nouns.a_before)
    return f"{'an' if vowel or noun.startswith(nouns.an_before) else 'a'} {noun}"


def listed(parts: Sequence[str], commas: bool = True) -> str:
    """`x`, `x and y`, `x, y and z`; without commas `x and y and z`."""
    if len(parts) < 2:
        return "".join(parts)
    between = ", " if commas else " and "
    return f"{between.join(parts[:-1])} and {parts[-1]}"


def things(tags: Iterable[str]) -> dict[tuple[str, ...], str]:
    """The tags that one noun says -> the noun, with its article, in the order of the tags."""
    groups: dict[str, list[str]] = {}
    for tag in tags:
        name = key(tag)
        last = name.split(" ")[-1]
        groups.setdefault(last if last in table().merged else name, []).append(tag)
    return {tuple(group): with_article(_one(name, group)) for name, group in groups.items()}


def _one(name: str, group: Sequence[str]) -> str:
    """One noun for several tags: `long blonde and pink hair`."""
    if name not in table().merged:
        return name
    adjectives = [key(tag).removesuffix(name).strip() for tag in group]
    first = table().merged[name].first
    ranked = sorted((a for a in adjectives if a in first), key=first.index)
    others = [a for a in adjectives if a and a not in first]
    return " ".join([*ranked, *([listed(others, commas=False)] if others else []), name])

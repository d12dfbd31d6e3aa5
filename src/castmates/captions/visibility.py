"""Say what a view or a framing cannot show; knows no pictures. The table is `visibility.toml`.

A caption that names green eyes on a picture from behind teaches that backs have green eyes.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files

from pydantic import TypeAdapter

from castmates.captions.spelling import key
from castmates.core.types import Value


class Aspect(Value):
    """A view or framing: other words for it, and the groups of tags that it hides."""

    also: tuple[str, ...]
    hides: tuple[str, ...]


class Visibility(Value):
    """The whole table."""

    views: dict[str, Aspect]
    framings: dict[str, Aspect]
    groups: dict[str, tuple[str, ...]]


@cache
def table() -> Visibility:
    """The table of this package."""
    text = (files("castmates.captions") / "visibility.toml").read_text(encoding="utf-8")
    return TypeAdapter(Visibility).validate_python(tomllib.loads(text))


def view_word(view: str) -> str | None:
    """The usual tag for a view as somebody wrote it ("back" -> "from behind"); None: unknown."""
    return _named(view, table().views)


def hidden_by(tags: Iterable[str], view: str = "") -> frozenset[str]:
    """The last words of tags that cannot be seen, given the tags of a picture and its view."""
    said = [view_word(view) if view else None]
    aspects = [table().views[word] for word in said if word]
    for tag in tags:
        for kind in (table().views, table().framings):
            word = _named(tag, kind)
            if word:
                aspects.append(kind[word])
    return frozenset(end for a in aspects for group in a.hides for end in table().groups[group])


def unseen(tags: Sequence[str], view: str = "") -> list[str]:
    """The tags of a picture that its own view or framing cannot show."""
    ends = hidden_by(tags, view)
    return [tag for tag in tags if is_hidden(tag, ends)]


def is_hidden(tag: str, ends: Iterable[str]) -> bool:
    """Whether a tag ends with one of these words."""
    padded = f" {key(tag)}"
    return any(padded.endswith(f" {end}") for end in ends)


def _named(word: str, kind: dict[str, Aspect]) -> str | None:
    name = key(word)
    return next((w for w, aspect in kind.items() if name == w or name in aspect.also), None)

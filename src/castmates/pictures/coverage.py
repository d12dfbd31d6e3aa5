"""Count what pictures show by their tags, and say what is absent; knows no pixels.

A caption's own word counts before the tagger's, axis by axis: who wrote "from side" knows better.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files

from castmates.core.types import Value
from castmates.pictures.looking import Look
from castmates.pictures.report import Finding

MOSTLY = 0.8
"""Share of the pictures from which one category stands out."""
FEWEST = 5
"""Pictures from which coverage says something."""


class Category(Value):
    """One thing that pictures can show, and the tags that say so."""

    name: str
    tags: tuple[str, ...]
    advice: str = ""


class Axis(Value):
    """Categories that exclude each other, more or less.

    Attributes:
        usual: the category of pictures that say nothing.
        most: what to say when one category outweighs all others.
        hidden_by: the view of pictures that cannot show it.
    """

    name: str
    categories: tuple[Category, ...]
    usual: str = ""
    most: str = ""
    hidden_by: str = ""


@cache
def axes() -> tuple[Axis, ...]:
    """The table `coverage.toml`."""
    text = (files("castmates.pictures") / "coverage.toml").read_text(encoding="utf-8")
    return tuple(_axis(name, table) for name, table in tomllib.loads(text).items())


def _axis(name: str, table: dict[str, object]) -> Axis:
    inner = {key: value for key, value in table.items() if isinstance(value, dict)}
    rest = {key: value for key, value in table.items() if not isinstance(value, dict)}
    found = tuple(Category.model_validate({"name": key, **inner[key]}) for key in inner)
    return Axis.model_validate({"name": name, "categories": found, **rest})


Shows = dict[str, tuple[str, ...]]
"""Axis -> the categories that one picture shows."""


def shown_by(look: Look) -> Shows:
    """What a picture shows of every axis; () where nobody says anything of it.

    The `view` of `pictures.toml` counts most. In an axis with a usual category, saying nothing says
    that one, if anything is said at all.
    """
    found: Shows = {}
    view = look.record.view.strip().casefold() if look.record else ""
    for axis in axes():
        # People write "behind" of what tags call "from behind".
        named = tuple(
            c.name for c in axis.categories if view and {view, f"from {view}"} & {c.name, *c.tags}
        )
        if axis.name != "view" or not named:
            named = _said(axis, look.tags) or _said(axis, look.families)
        if not named and axis.usual and (look.tags or look.seen):
            named = (axis.usual,)
        found[axis.name] = named
    return found


def _said(axis: Axis, tags: Sequence[str] | Mapping[str, str]) -> tuple[str, ...]:
    return tuple(c.name for c in axis.categories if any(says(tag, c.tags) for tag in tags))


def says(tag: str, words: Sequence[str]) -> bool:
    """Whether one of the words stands in the tag, as whole words; a count before it is none."""
    return any(re.search(rf"(?<![^\W\d]){re.escape(word)}(?!\w)", tag) for word in words)


def counted(axis: Axis, shows: Sequence[Shows]) -> dict[str, int]:
    """Category -> how many pictures show it; {} when none says anything of the axis."""
    seen = [each[axis.name] for each in shows]
    if not any(seen):
        return {}
    return {c.name: sum(c.name in names for names in seen) for c in axis.categories}


def hiding(axis: Axis, shows: Sequence[Shows]) -> int:
    """How many pictures cannot show anything of the axis, by their view."""
    return sum(axis.hidden_by in each["view"] and not each[axis.name] for each in shows)


def findings_of(
    axis: Axis, counts: Mapping[str, int], pictures: int, hidden: int = 0
) -> list[Finding]:
    """What is absent, and what is nearly always there.

    Args:
        pictures: that say anything at all.
        hidden: those among them that cannot show the axis.
    """
    if pictures < FEWEST or not counts:
        return []
    found = [
        Finding(code=f"no-{_code(category.name)}", level="note", what=what, fix=fix)
        for category in axis.categories
        if category.advice and not counts[category.name]
        for what, fix in [_halves(category.advice)]
    ]
    name, count = max(counts.items(), key=lambda pair: pair[1])
    able = pictures - hidden
    if axis.most and able >= FEWEST and count >= MOSTLY * able:
        what = f"{count} of {able} pictures show the same {axis.name}: {name}."
        found.append(Finding(code=f"one-{axis.name}", level="note", what=what, fix=axis.most))
    return found


def _code(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")


def _halves(advice: str) -> tuple[str, str]:
    """ "no back view: …. Add two." -> ("No back view: ….", "Add two.")."""
    what, _, fix = advice.partition(". ")
    return f"{what[:1].upper()}{what[1:]}.", fix

"""Count what pictures show by their captions' tags, and say what is absent; knows no pixels."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from castmates.core.types import Value
from castmates.pictures.report import Finding

MOSTLY = 0.8
"""Share of the pictures from which one category, or one background, stands out."""
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
    """

    name: str
    categories: tuple[Category, ...]
    usual: str = ""
    most: str = ""


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


def counted(axis: Axis, captions: Sequence[str]) -> dict[str, int]:
    """Category -> how many captions say it; {} when none says anything of the axis.

    In an axis with a usual category, saying nothing says that one.
    """
    seen = [[c.name for c in axis.categories if _says(caption, c.tags)] for caption in captions]
    if not captions or not (axis.usual or any(seen)):
        return {}
    counts = {category.name: 0 for category in axis.categories}
    for names in seen:
        for name in names or ([axis.usual] if axis.usual else []):
            counts[name] += 1
    return counts


def findings_of(axis: Axis, counts: dict[str, int], pictures: int) -> list[Finding]:
    """What is absent, and what is nearly always there."""
    if pictures < FEWEST or not counts:
        return []
    found = [
        Finding(level="note", what=what, fix=fix)
        for category in axis.categories
        if category.advice and not counts[category.name]
        for what, fix in [_halves(category.advice)]
    ]
    name, count = max(counts.items(), key=lambda pair: pair[1])
    if axis.most and count >= MOSTLY * pictures:
        what = f"{count} of {pictures} pictures show the same {axis.name}: {name}."
        found.append(Finding(level="note", what=what, fix=axis.most))
    return found


def _halves(advice: str) -> tuple[str, str]:
    """ "no back view: …. Add two." -> ("No back view: ….", "Add two.")."""
    what, _, fix = advice.partition(". ")
    return f"{what[:1].upper()}{what[1:]}.", fix


def _says(caption: str, tags: Sequence[str]) -> bool:
    """Whether one of the tags stands in the caption, as whole words."""
    return any(re.search(rf"(?<!\w){re.escape(tag)}(?!\w)", caption.casefold()) for tag in tags)

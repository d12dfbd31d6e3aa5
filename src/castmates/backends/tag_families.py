"""Tell a tag's family from its own words; knows no model. The table is `families.toml`."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

_counted = re.compile(r"^\d+\+?\s?[a-z]+$")


@cache
def _table() -> dict[str, Any]:
    text = (files("castmates.backends") / "families.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _by_name() -> dict[str, str]:
    return {name: family for family, names in _table()["names"].items() for name in names}


def colours() -> tuple[str, ...]:
    """The words for colours that tags begin with ("light blue")."""
    return tuple(_table()["colours"])


def spoken(name: str) -> str:
    """A tag as people write it: underscores become spaces, except in faces like `^_^`."""
    name = name.strip()
    return name if name in _table()["kaomoji"]["names"] else name.replace("_", " ")


@cache
def family_of(tag: str) -> str:
    """The family of a tag ("green eyes" -> "eyes"); "general" when its words do not tell.

    Whole words count: "bow" is the end of "red bow", not of "rainbow".
    """
    if tag in _by_name():
        return _by_name()[tag]
    if _counted.match(tag):
        return "count"
    for family, endings in _table()["endings"].items():
        if any(_ends(tag, ending) for ending in endings):
            return str(family)
    for family, beginnings in _table()["beginnings"].items():
        if any(tag.startswith(f"{beginning} ") for beginning in beginnings):
            return str(family)
    return "general"


def _ends(tag: str, ending: str) -> bool:
    if not ending.startswith("{colour} "):
        return tag == ending or tag.endswith(f" {ending}")
    noun = ending.removeprefix("{colour} ")
    return tag.endswith(f" {noun}") and tag.removesuffix(f" {noun}") in _table()["colours"]

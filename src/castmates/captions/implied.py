"""Find tags that other tags of the same caption say already; takes nothing out itself.

Whole words decide, never letters: "bow" is said by "red bow", not by "rainbow" or "elbow gloves".
The rules and pairs are `implied.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files
from typing import Any

from castmates.backends.tag_families import colours
from castmates.captions.spelling import key


@cache
def _table() -> dict[str, Any]:
    text = (files("castmates.captions") / "implied.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _pairs() -> list[tuple[str, re.Pattern[str]]]:
    """(implied tag, pattern of a tag that implies it)."""
    return [(said, _pattern(by)) for said, each in _table()["pairs"].items() for by in each]


def _pattern(written: str) -> re.Pattern[str]:
    any_colour = "(?:" + "|".join(sorted(map(re.escape, colours()), key=len, reverse=True)) + ")"
    text = re.escape(written).replace(r"\{colour\}", any_colour).replace(r"\*", ".+")
    return re.compile(text)


@cache
def said_by(tag: str) -> frozenset[str]:
    """The tags (as `spelling.key` gives them) that a tag says besides itself."""
    name = key(tag)
    words = name.split(" ")
    said = {by for by, pattern in _pairs() if pattern.fullmatch(name)}
    for cut in range(1, len(words)):
        if words[cut - 1] not in _table()["not_after"]:
            said.add(" ".join(words[cut:]))
    if len(words) > 1 and words[0] in _table()["starts"]:
        said.add(words[0])
    return frozenset(said) - {name}


def implied(tags: Sequence[str]) -> dict[str, str]:
    """Tag -> the first tag of the same list that says it already, for every tag that is said."""
    found: dict[str, str] = {}
    names = {key(tag): tag for tag in tags}
    for tag in tags:
        for said in said_by(tag) & names.keys():
            found.setdefault(names[said], tag)
    return found

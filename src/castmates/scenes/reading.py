"""Read a scene from one line: `{sasha} on the left hugging {theo}, snowy forest`; draws nothing.

What follows a character up to the next comma or character is its own: words for a place are taken
out, the rest is what it does. All that stands apart between commas is the background. More words
for a character go on without a comma: `{pip in her red coat} on the left waving and smiling`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from castmates.core.errors import BadInput
from castmates.prompts.nodes import Called, nodes_of
from castmates.prompts.reading import read
from castmates.scenes.scene import Figure, Scene

_joint = re.compile(r"\s+(?:and|with)\s+|\s*;\s*", re.IGNORECASE)


def scene_of(prompt: str) -> Scene:
    """The scene of a prompt.

    Raises:
        BadInput: it names no character.
    """
    named = [node for node in nodes_of(read(prompt)) if isinstance(node, Called)]
    if not named:
        raise BadInput(
            "The prompt names no character.",
            "Write them in braces: castmates scene '{pip} on the left, {moss} waving, forest'",
        )
    around: list[str] = [prompt[: named[0].span[0]]]
    figures = []
    ends = [node.span[0] for node in named[1:]] + [len(prompt)]
    for node, end in zip(named, ends, strict=True):
        own, _, rest = prompt[node.span[1] : end].partition(",")
        around.append(rest)
        place, action = parted(own)
        figures.append(
            Figure(name=node.name, outfit=_plain_outfit(node.outfit), place=place, action=action)
        )
    background = ", ".join(part for text in around for part in _parts(text))
    return Scene(background=background, figure=tuple(figures))


def parted(words: str) -> tuple[str, str]:
    """A figure's words without those for a place: (place, what it does).

    >>> parted(" on the left hugging ")
    ('left', 'hugging')
    """
    found, rest = [], f" {' '.join(words.split())} "
    for table in (across(), depth()):
        for phrase in sorted(table, key=len, reverse=True):
            pattern = rf"(?:\b(?:to|on|at|in|from) the )?\b{phrase}\b(?: (?:hand )?side)?(?: of)?"
            if re.search(pattern, rest, re.IGNORECASE):
                found.append(phrase)
                rest = re.sub(pattern, " ", rest, count=1, flags=re.IGNORECASE)
                break
    doing = (part.strip() for part in _joint.split(rest))
    return " ".join(found), ", ".join(part for part in doing if part and part.lower() != "is")


def across() -> Mapping[str, float]:
    """Words for a place -> where from left (0) to right (1)."""
    table: Mapping[str, float] = _tables()["across"]
    return table


def depth() -> Mapping[str, int]:
    """Words for a place -> its layer."""
    table: Mapping[str, int] = _tables()["depth"]
    return table


@cache
def _tables() -> dict[str, Any]:
    text = (files("castmates.scenes") / "placewords.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def _parts(text: str) -> list[str]:
    said = (part.strip() for part in text.split(","))
    return [part for part in said if part and part.lower() not in ("and", "with")]


def _plain_outfit(words: str) -> str:
    return " ".join(words.split())

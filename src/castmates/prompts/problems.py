"""What deserves to be said of a prompt; says it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from castmates.prompts.nodes import Span

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to look at.

    Attributes:
        level: error: a picture drawn from it would lack something that was asked for; warning: it
            is read, but perhaps not as meant.
        what: a sentence: what was found, and what is made of it.
        fix: what to do about it; "": nothing need be done.
        span: where it stands in the prompt, [start, end); None: nowhere in particular.
        missing: whether something named is not there.
    """

    level: Level
    what: str
    fix: str = ""
    span: Span | None = None
    missing: bool = False


def shown(text: str, most: int = 40) -> str:
    """The beginning of a text, for a message."""
    return text if len(text) <= most else text[:most] + "…"


def counted(found: Iterable[Problem]) -> list[Problem]:
    """The same finding once, at its first place, with how often it occurs."""
    first: dict[str, Problem] = {}
    counts: dict[str, int] = {}
    for one in found:
        first.setdefault(one.what, one)
        counts[one.what] = counts.get(one.what, 0) + 1
    return [
        replace(one, what=f"{one.what} ({counts[one.what]} times)") if counts[one.what] > 1 else one
        for one in first.values()
    ]

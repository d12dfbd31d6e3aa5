"""Which single pictures stand side by side in composites, and their captions; knows no pixels.

The published caption (two-stage composites): `CharLeft/CharRight/COMPOSITE, TagsLeft, TagsRight`.
Its head has no comma, so that it is one tag, and shuffling that keeps one tag keeps it whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from random import Random
from typing import Literal

from castmates.core.errors import BadInput, Misfits

COMPOSITE = "COMPOSITE"
"""The word in every composite, and only there: it takes the stitching in, as a negative it keeps it
out."""
MOST = 3
_ALONE = "solo"
Sides = Literal["both", "given", "random"]


@dataclass(frozen=True)
class Single:
    """A picture of one character.

    Attributes:
        tags: its caption without the trigger, and without `solo`, which a composite is not.
    """

    who: str
    trigger: str
    number: int
    tags: tuple[str, ...]

    @staticmethod
    def of(who: str, trigger: str, number: int, caption: str) -> Single:
        own = (tag.strip() for tag in caption.split(","))
        kept = tuple(
            tag for tag in own if tag and tag.casefold() not in (trigger.casefold(), _ALONE)
        )
        return Single(who, trigger, number, kept)


Row = tuple[Single, ...]
"""Who stands beside whom, from left to right."""


def caption_of(row: Row) -> str:
    """`pip/moss/COMPOSITE, tags of the left, tags of the right`."""
    head = "/".join((*(one.trigger for one in row), COMPOSITE))
    return ", ".join((head, *(tag for one in row for tag in one.tags)))


def demand_heads(triggers: Sequence[str]) -> None:
    """Go on only with triggers that make one tag. Raises BadInput, all at once."""
    misfits = Misfits()
    for trigger in triggers:
        if "," in trigger or "/" in trigger:
            what = f"The trigger '{trigger}' has a comma or a slash, which part a composite's head."
            misfits.add(BadInput(what, "Give the character another trigger."))
    misfits.raise_if_any()


def rows(
    cast: Sequence[Sequence[Single]], count: int, in_a_row: int, sides: Sides, chance: Random
) -> list[Row]:
    """So many rows: every company equally often, and every picture of a character.

    Args:
        cast: the single pictures of each character, in the order that was given.
        sides: `given`: as in the cast; `both`: every order in turn; `random`.
    """
    decks = [_deck(pictures, chance) for pictures in cast]
    companies = list(combinations(range(len(cast)), in_a_row))
    met = dict.fromkeys(companies, 0)
    found = []
    for number in range(count):
        company = companies[number % len(companies)]
        found.append(tuple(next(decks[one]) for one in _sided(company, sides, met, chance)))
        met[company] += 1
    return found


def _sided(
    company: tuple[int, ...], sides: Sides, met: dict[tuple[int, ...], int], chance: Random
) -> Sequence[int]:
    if sides == "random":
        return chance.sample(company, len(company))
    if sides == "both":
        orders = list(permutations(company))
        return orders[met[company] % len(orders)]
    return company


def _deck(pictures: Sequence[Single], chance: Random) -> Iterator[Single]:
    """All pictures in a random order, again and again."""
    while True:
        yield from chance.sample(pictures, len(pictures))

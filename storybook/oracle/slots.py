"""The questions that the oracle answers and their possible answers; knows no picture."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from storybook.world.sampling import MOST_CHARACTERS
from storybook.world.tables import colours, table

Right = Mapping[str, frozenset[str]]
"""Slot -> the answers that are right; several where they look the same."""
Row = NDArray[np.bool_]

NONE, YES, NO = "none", "yes", "no"
PATTERNS = ("mask", "zebra", "spots", "patch")
SIGNS = ("star", "heart")
ANTENNAS = ("ball", "heart")
NEW_HAIRS = ("afro puffs", "swirl", "topknot")
NEW_OUTFITS = ("zigzag shirt",)
PLAIN_MARKS = ("glasses", "freckles", "eyepatch", "bandaid")
TINTED_MARKS = ("scarf", "bow")


def _each(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word for part in parts for word in part))


_KINDS, _ACTS = table("looks")["kinds"], table("acts")
HAIRS = _each(*(facts.get("hairs", ()) for facts in _KINDS.values()), NEW_HAIRS)
OUTFITS = _each(*(facts["outfits"] for facts in _KINDS.values()), NEW_OUTFITS)
TINTS = _each(colours("outfit"), colours("beyond"))
"""What cloth, patterns, signs, ears and capes can be coloured with."""
_HAIR_TINTS = _each(colours("hair"), colours("beyond"))


class Slots:
    """A table of questions whose answers lie side by side in one row, in a fixed order."""

    def __init__(self, answers: Mapping[str, tuple[str, ...]]) -> None:
        self.answers = dict(answers)
        self.names = tuple(self.answers)
        self.owner = tuple(i for i, n in enumerate(self.names) for _ in self.answers[n])
        self.total = len(self.owner)

    @cached_property
    def _begins(self) -> dict[str, int]:
        sizes = [len(self.answers[name]) for name in self.names]
        return {name: sum(sizes[:i]) for i, name in enumerate(self.names)}

    def span(self, slot: str) -> slice:
        """Where the answers of a slot lie in a row."""
        return slice(self._begins[slot], self._begins[slot] + len(self.answers[slot]))

    def place(self, slot: str, answer: str) -> int:
        """Where one answer lies in a row. Raises ValueError for an answer that the slot lacks."""
        return self._begins[slot] + self.answers[slot].index(answer)

    def row(self, right: Right) -> Row:
        """(total,): the right answers; a slot that is not asked has none."""
        row = np.zeros(self.total, bool)
        for slot, answers in right.items():
            row[[self.place(slot, answer) for answer in answers]] = True
        return row


CHARACTER = Slots(
    {
        "kind": tuple(_KINDS),
        "cover": _each(colours("skin"), colours("fur"), colours("metal"), colours("beyond")),
        "hair": HAIRS,
        "hair_colour": _HAIR_TINTS,
        "hair_second": (NONE, *_HAIR_TINTS),
        "eyes": _each(colours("eyes"), colours("beyond")),
        "pattern": (NONE, *PATTERNS),
        "pattern_colour": TINTS,
        "ears": (NONE, *TINTS),
        "antenna": ANTENNAS,
        "sign": (NONE, *SIGNS),
        "sign_colour": TINTS,
        **dict.fromkeys(PLAIN_MARKS, (NO, YES)),
        **dict.fromkeys(TINTED_MARKS, (NONE, *TINTS)),
        "cape": (NONE, *TINTS),
        "outfit": OUTFITS,
        "outfit_colour": TINTS,
        "outfit_second": (NONE, *TINTS),
        "hat": (NONE, *_ACTS["hats"]),
        "prop": (NONE, *_ACTS["props"]),
        "prop_colour": tuple(_ACTS["prop_colours"]),
        "pose": tuple(_ACTS["poses"]),
        "view": tuple(_ACTS["views"]),
        "expression": tuple(_ACTS["expressions"]),
    }
)
"""Of one character; "none" and "no" say that it has no such thing."""

PICTURE = Slots(
    {
        "count": tuple(str(count) for count in range(MOST_CHARACTERS + 1)),
        "framing": tuple(_ACTS["framings"]),
        "scene": _each(_ACTS["scenes"], (f"{tint} background" for tint in colours("background"))),
        "light": ("day", "night"),
        "style": tuple(_ACTS["styles"]),
    }
)
"""Of the whole picture."""

DOINGS = ("hat", "prop", "prop_colour", "pose", "view", "expression")
IDENTITY = tuple(name for name in CHARACTER.names if name not in DOINGS)
"""The slots that stay the same from picture to picture."""
CLOTHES = ("outfit", "outfit_colour", "outfit_second", "cape")
"""Those of them that a prompt may change."""

"""Say from which confidence a tag counts; knows no model."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.core.errors import BadInput
from castmates.core.types import Tag

GENERAL, KNOWN = 0.35, 0.85
"""Where nobody says: names of known characters want more certainty (imgutils' usual values)."""

FLOOR = 0.1
"""What is remembered of a tagger's answers, so that another threshold asks no model again."""

NEVER = 1.01
"""A threshold that no confidence reaches: it switches names of characters off."""


@dataclass(frozen=True)
class Thresholds:
    """The confidence from which a tag counts, 0..1; `NEVER` for none at all.

    Attributes:
        general: for everything but names.
        character: for names of known characters (category 4).
    """

    general: float = GENERAL
    character: float = KNOWN

    def __post_init__(self) -> None:
        for name in ("general", "character"):
            value = getattr(self, name)
            if not 0.0 <= value <= NEVER:
                raise BadInput(
                    f"The threshold of {name} tags is {value}; wanted 0 to 1.",
                    f"As in: 0.35; {NEVER} lets none through.",
                )

    def hold(self, tag: Tag) -> bool:
        """Whether a tag is certain enough."""
        return tag.confidence >= self.of(tag.family)

    def of(self, family: str) -> float:
        """The threshold of a family of tags."""
        return self.character if family == "character" else self.general


def thresholds(
    both: float | None = None, character: float | None = None, card: float | None = None
) -> Thresholds:
    """What is asked for, else the card's, else the usual.

    One number alone is for both, as sd-scripts' tagger takes it and guides give it ("0.4"). A
    card's number is for general tags; names then want as much at least.

    Raises:
        BadInput: a number that is none of a threshold.
    """
    usual = card if card is not None else GENERAL
    general = both if both is not None else usual
    named = character if character is not None else both
    return Thresholds(general, named if named is not None else max(usual, KNOWN))

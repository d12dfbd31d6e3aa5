"""The gate of ratings: pictures that a tagger calls unfit for a picture book; asks no model.

WD taggers rate every picture (category 9): general, sensitive, questionable, explicit.
"""

from __future__ import annotations

from collections.abc import Sequence

from castmates.pictures.looking import Look
from castmates.pictures.report import Finding

HELD_BACK = frozenset(("questionable", "explicit"))
"""Ratings that the gate does not let through."""


def passes(rating: str) -> bool:
    """Whether a picture of this rating goes through the gate; what nobody rated does."""
    return rating not in HELD_BACK


def of_ratings(looks: Sequence[Look]) -> list[Finding]:
    """The pictures that the gate holds back."""
    held = [look for look in looks if not passes(look.rating)]
    if not held:
        return []
    are = "1 picture is" if len(held) == 1 else f"{len(held)} pictures are"
    ratings = ", ".join(sorted({look.rating for look in held}))
    return [
        Finding(
            code="rating-gate",
            level="warning",
            pictures=tuple(look.name for look in held),
            what=f"{are} rated {ratings} by the tagger.",
            fix="Look at them and take them out; castmates tag leaves them without a caption.",
        )
    ]

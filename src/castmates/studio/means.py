"""What a check may ask in a studio: tagger, finder, tokenizer, the other characters; asks none."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from castmates.backends.finders import demand_finder, open_finder
from castmates.backends.model_card import embedded
from castmates.backends.taggers import demand_tagger, open_tagger
from castmates.captions.implied import said_by
from castmates.captions.spelling import key, split
from castmates.core.errors import Missing
from castmates.files.studio import Studio
from castmates.pictures.goals import goal_named
from castmates.pictures.looking import Means
from castmates.studio.tokens import counter_of

NOBODY = "none"
_OURS = "storybook"


@dataclass(frozen=True)
class Asked:
    """What a check was told to ask and to hold the pictures against; "": the usual.

    Attributes:
        plan: what the set is held against (`pictures/plans.toml`); "": by goal and number.
        goal: what the pictures are for (`pictures/goals.toml`); "": as the character says.
        tagger, finder: as the shelves name them ("wd:FOLDER"); "": ours on the storybook base;
            "none": nobody.
    """

    plan: str = ""
    goal: str = ""
    tagger: str = ""
    finder: str = ""


def means_of(
    studio: Studio, name: str, base: Path, asked: Asked, *, drawn: bool, limit: int
) -> Means:
    """What a check of a character asks.

    Args:
        base: the base's folder.
        drawn: whether it is the storybook base; then our tagger and finder are asked unless others
            are named. They know nothing of other pictures, so other bases ask nobody.
        limit: tokens that the base reads.

    Raises:
        BadInput: no such tagger, finder or goal. Missing: no model lies where one is said to.
    """
    tagger = _named(asked.tagger, _OURS if drawn else NOBODY)
    finder = _named(asked.finder, _OURS if drawn and _is_embedded("finder") else NOBODY)
    if tagger:
        demand_tagger(tagger)
    if finder:
        demand_finder(finder)
    others = (each for each in studio.characters() if each != name)
    return Means(
        tagger=(lambda: open_tagger(tagger)) if tagger else None,
        tagger_name=tagger,
        finder=(lambda: open_finder(finder)) if finder else None,
        finder_name=finder,
        count_tokens=counter_of(base),
        token_limit=limit,
        tags_of=lambda caption: [key(tag) for tag in split(caption)],
        implied=said_by,
        triggers={each: studio.character(each).character.trigger for each in others},
        plan=asked.plan,
        goal=goal_named(asked.goal) if asked.goal else None,
    )


def _named(wanted: str, usual: str) -> str:
    """The name to ask by; "" for nobody."""
    name = wanted or usual
    return "" if name == NOBODY else name


def _is_embedded(part: str) -> bool:
    try:
        embedded(part)
    except Missing:
        return False
    return True

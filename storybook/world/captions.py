"""Writes training captions, freshly shuffled; what is true it asks `truth`."""

from __future__ import annotations

import random

from storybook.world.truth import SIDES, count_tag, doings_of, looks_of, setting_of
from storybook.world.values import Framed

# How many tags each of several characters gets, so that a caption fits the text encoder.
_LONGEST = {2: 8, 3: 5, 4: 4}
# How often words that say the usual are written: people rarely tag what goes without saying.
_SPOKEN = {"from front": 0.4, "day": 0.35, "standing": 0.85, "flat color": 0.85}
_NAMED_WITH_ALL_LOOKS = 0.25
_LOOKS_KEPT_BESIDE_A_NAME = 0.12


def caption(spec: Framed, rng: random.Random, drop: float = 0.05, trigger: bool = False) -> str:
    """Write a training caption: kind (and name) first, then shuffled tags, some dropped.

    A named character is called by its name, mostly without its looks. A cast character is called by
    its trigger only if asked for, and then without the tags that a user would prune.
    """
    setting = _spoken(list(setting_of(spec).values()), rng, drop)
    if len(spec.characters) == 1:
        name, words = _words_of(spec, 0, rng, drop, trigger)
        rest = words + setting
        rng.shuffle(rest)
        head = [count_tag(spec), "solo"]
        # People write a trigger before or after the kind; the base learns both.
        head = [*name, *head] if rng.random() < 0.5 else [*head, *name]
        return ", ".join([*head, *rest])
    rng.shuffle(setting)
    parts = [count_tag(spec), *setting]
    longest = _LONGEST[len(spec.characters)]
    for index, side in enumerate(SIDES[len(spec.characters)]):
        name, words = _words_of(spec, index, rng, drop, trigger)
        own = [spec.characters[index].kind, *[*name, *words][:longest]]
        parts.append(f"{side}: {', '.join(own)}")
    return ", ".join(parts)


def _words_of(
    spec: Framed, index: int, rng: random.Random, drop: float, trigger: bool
) -> tuple[list[str], list[str]]:
    """Return the name, if the character goes by one, and its other words in a fresh order."""
    character, act = spec.characters[index], spec.acts[index]
    looks = looks_of(character, act, spec.framing)
    looks.pop("outfit", None)
    words = list(looks.values())
    name: list[str] = []
    if character.words:
        if trigger:
            name = [character.trigger]
            words = [word for word in words if word not in character.prune]
    elif character.name:
        name = [character.name]
        if rng.random() > _NAMED_WITH_ALL_LOOKS:
            words = [word for word in words if rng.random() < _LOOKS_KEPT_BESIDE_A_NAME]
    rest = _spoken(words + list(doings_of(act, spec.framing).values()), rng, drop)
    rng.shuffle(rest)
    return name, rest


def _spoken(tags: list[str], rng: random.Random, drop: float) -> list[str]:
    return [tag for tag in tags if rng.random() < _SPOKEN.get(tag, 1.0) and rng.random() >= drop]

"""Decides where figures stand and how large they are, so that hats and tall ears fit; knows no drawing."""

from __future__ import annotations

import random

from storybook.world.tables import table
from storybook.world.values import Act, Character, Place

# Head radius alone, and with others; how far down the figure must be seen, in head radii below the head's middle.
_RADII = {"full body": (0.262, 0.196), "upper body": (0.335, 0.222), "close-up": (0.42, 0.26)}
_SEEN = {"full body": 2.42, "upper body": 1.5, "close-up": 0.98}
_BRIMS = ("cowboy hat", "witch hat", "straw hat", "christmas hat")
_MARGIN = 0.02


def top_of(character: Character, act: Act) -> float:
    """Return how far a figure reaches above the middle of its head, in head radii."""
    looks, hats = table("looks"), table("acts")["hats"]
    top = max(looks["kinds"][character.kind]["top"], looks["hair_tops"].get(character.hair, 0.0))
    if character.antenna == "heart":
        top = max(top, 1.76)
    return max(float(top), hats[act.hat] + 0.06 if act.hat else 0.0)


def place_all(rng: random.Random, characters: tuple[Character, ...], acts: tuple[Act, ...], framing: str,
              jitter: float) -> tuple[Place, ...]:  # fmt: skip
    """Return a place for each figure, from left to right."""
    count = len(characters)
    columns = (0.5,) if count == 1 else tuple((index + 0.5) / count for index in range(count))
    if count == 2:
        columns = (0.265, 0.735)
    places = []
    for column, character, act in zip(columns, characters, acts, strict=True):
        wobble = [rng.uniform(-1.0, 1.0) * jitter for _ in range(3)]
        radius = _RADII[framing][0 if count == 1 else 1] * (1.0 if count < 3 else 0.72)
        places.append(_place(column, top_of(character, act), radius, framing, act, wobble))
    return tuple(places)


def _place(column: float, top: float, radius: float, framing: str, act: Act, wobble: list[float]) -> Place:
    seen = _SEEN[framing]
    if framing == "close-up" and not act.hat:
        top = min(top, 1.62)  # the tips of tall ears may leave a close-up, hats may not
    lift = 0.0
    if framing == "full body" and act.pose == "jumping":
        lift = 0.06
    if act.hat in _BRIMS:
        radius = min(radius, 0.352)  # wide brims have to fit between the edges
    radius *= 1.0 + 0.07 * wobble[0]
    radius = min(radius, (1.0 - _MARGIN - lift - (0.03 if framing == "full body" else 0.0)) / (top + seen))
    highest = top * radius + _MARGIN
    if framing == "full body":
        y = 1.0 - 0.035 - 2.38 * radius - lift
    else:
        y = max(highest, (0.41 if framing == "upper body" else 0.53) + 0.02 * wobble[2])
    x = column + 0.06 * wobble[1]
    if act.view == "from side":
        x += 0.2 * radius * (1 if act.flip else -1)  # room for the snout
    if act.prop and framing != "close-up":
        aside = (0.09 if framing == "upper body" else 0.05) * (1.0 if column == 0.5 else 0.4)
        x += aside if act.flip else -aside
    return Place(x, max(y, highest), radius)

"""Decides where figures stand and how large, so that hats and tall ears fit; draws nothing."""

from __future__ import annotations

import random

from storybook.world.tables import table
from storybook.world.values import Act, Character, Place

# Head radius alone, and with others; how far below the middle of its head a figure must be seen.
_RADII = {"full body": (0.262, 0.196), "upper body": (0.335, 0.222), "close-up": (0.42, 0.26)}
_SEEN = {"full body": 2.42, "upper body": 1.5, "close-up": 0.98}
_BRIMS = ("cowboy hat", "witch hat", "straw hat", "christmas hat")
_BRIM_RADIUS = 0.352  # wide brims have to fit between the edges
_MARGIN = 0.02


def top_of(character: Character, act: Act) -> float:
    """Return how far a figure reaches above the middle of its head, in head radii."""
    looks, hats = table("looks"), table("acts")["hats"]
    top = max(looks["kinds"][character.kind]["top"], looks["hair_tops"].get(character.hair, 0.0))
    if character.antenna == "heart":
        top = max(top, 1.76)
    return max(float(top), hats[act.hat] + 0.06 if act.hat else 0.0)


def place_all(
    rng: random.Random,
    characters: tuple[Character, ...],
    acts: tuple[Act, ...],
    framing: str,
    jitter: float,
) -> tuple[Place, ...]:
    """Return a place for each figure, from left to right."""
    count = len(characters)
    columns = [(index + 0.5) / count for index in range(count)]
    if count == 2:
        columns = [0.265, 0.735]
    places = []
    for column, character, act in zip(columns, characters, acts, strict=True):
        wobble = [rng.uniform(-1.0, 1.0) * jitter for _ in range(3)]
        radius = _RADII[framing][0 if count == 1 else 1] * (1.0 if count < 3 else 0.72)
        if act.hat in _BRIMS:
            radius = min(radius, _BRIM_RADIUS)
        radius = _fitting(radius * (1.0 + 0.07 * wobble[0]), character, act, framing)
        y = _height(radius, character, act, framing, wobble[2])
        aside = _aside(radius, act, framing, centred=column == 0.5)
        places.append(Place(column + 0.06 * wobble[1] + aside, y, radius))
    return tuple(places)


def _top_to_show(character: Character, act: Act, framing: str) -> float:
    top = top_of(character, act)
    # The tips of tall ears may leave a close-up, hats may not.
    return min(top, 1.62) if framing == "close-up" and not act.hat else top


def _lift(act: Act, framing: str) -> float:
    return 0.06 if framing == "full body" and act.pose == "jumping" else 0.0


def _fitting(radius: float, character: Character, act: Act, framing: str) -> float:
    below = 0.03 if framing == "full body" else 0.0
    room = 1.0 - _MARGIN - _lift(act, framing) - below
    return min(radius, room / (_top_to_show(character, act, framing) + _SEEN[framing]))


def _height(radius: float, character: Character, act: Act, framing: str, wobble: float) -> float:
    highest = _top_to_show(character, act, framing) * radius + _MARGIN
    if framing == "full body":
        return max(1.0 - 0.035 - 2.38 * radius - _lift(act, framing), highest)
    return max((0.41 if framing == "upper body" else 0.53) + 0.02 * wobble, highest)


def _aside(radius: float, act: Act, framing: str, *, centred: bool) -> float:
    """Return how far a figure moves aside, to leave room for its snout and for what it holds."""
    room = 0.2 * radius if act.view == "from side" else 0.0
    if act.prop and framing != "close-up":
        room += (0.09 if framing == "upper body" else 0.05) * (1.0 if centred else 0.4)
    return room if act.flip else -room

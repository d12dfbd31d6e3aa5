"""Random characters, usual and unusual, and many pictures of each: what the encoder learns from.

The unusual ones wear colours, patterns, hair and marks that no training picture of the base shows,
as the characters of users do. Combinations are random: no cast of the world is among them.
"""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

import storybook.world as world
from storybook.world.characters import random_character
from storybook.world.tables import colours, cover_of, table

STRANGE = 0.55
NEW_OUTFIT = 0.25


def character(seed: int) -> Any:
    """A random character; more than half have looks outside the base's world."""
    rng = random.Random(seed)
    one = random_character(rng, world.WIDE)
    return _strange(one, rng) if rng.random() < STRANGE else one


def _strange(one: Any, rng: random.Random) -> Any:
    beyond = colours("beyond")
    everywhere = [*beyond, *colours(cover_of(one.kind))]
    changes: dict[str, Any] = {"cover": rng.choice(everywhere)}
    if rng.random() < 0.6:
        changes["eyes"] = rng.choice(beyond)
    if one.hair:
        changes["hair"] = rng.choice([one.hair, "afro puffs", "swirl", "topknot"])
        changes["hair_colour"] = rng.choice(beyond)
        changes["hair_second"] = rng.choice(["", *beyond]) if rng.random() < 0.6 else ""
        changes["cover"] = one.cover
    elif rng.random() < 0.7:
        changes["pattern"] = rng.choice(["mask", "zebra", "spots", "patch"])
        changes["pattern_colour"] = rng.choice([*beyond, "ivory"])
    if one.kind == "robot":
        changes["antenna"] = rng.choice(["ball", "heart"])
    if cover_of(one.kind) == "fur" and rng.random() < 0.3:
        changes["ears"] = rng.choice(beyond)
    if rng.random() < 0.4:
        changes["outfit_colour"] = rng.choice(beyond)
    if rng.random() < 0.25:
        changes |= {"outfit": "zigzag shirt", "outfit_second": rng.choice(beyond)}
    if rng.random() < 0.2:
        changes["cape"] = rng.choice(beyond)
    if rng.random() < 0.25:
        changes |= {"sign": rng.choice(["star", "heart"]), "sign_colour": rng.choice(beyond)}
    return replace(one, **changes)


def view(one: Any, seed: int) -> Any:
    """A picture of a character: all but its looks is chance, the outfit mostly kept."""
    rng = random.Random(seed)
    if rng.random() < NEW_OUTFIT:
        outfits = table("looks")["kinds"][one.kind]["outfits"]
        one = replace(
            one,
            outfit=rng.choice(outfits),
            outfit_colour=rng.choice(colours("outfit")),
            outfit_second="",
            cape="",
        )
    widths = world.WIDE if rng.random() < 0.5 else world.QUIET
    return world.sample(seed, widths, (one,))


def drawn_views(work: tuple[int, int]) -> NDArray[np.uint8]:
    """(views, 128, 128, 3) of the character with a seed; in one process of many."""
    seed, views = work
    one = character(seed)
    return np.stack([world.draw(view(one, seed * 50 + i), size=128).image for i in range(views)])

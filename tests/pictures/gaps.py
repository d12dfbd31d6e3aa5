"""Generated storybook datasets with planted gaps, and what is true of each; judges nothing.

A set is a character's album. What a check should say of it is counted here from the drawn world's
own values, not from tags.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from castmates.core.ports import Pixels
from castmates.core.types import Tag
from storybook.album import PLACES, album
from storybook.world import (
    DEVELOPMENT,
    EVALUATION,
    EXAMPLE,
    Act,
    Character,
    Framed,
    draw,
    named_character,
    tags_of,
)
from storybook.world.tables import cover_of, table
from storybook.world.truth import looks_of

CAST = [*EXAMPLE.values(), *DEVELOPMENT.values(), *EVALUATION.values()]
SIZE = 128
MOSTLY = 0.8
"""Share of the pictures, that show it at all, from which one thing is (nearly) always there."""


@dataclass(frozen=True)
class Album:
    """One dataset. `codes`, `absorbed` and `twins` are what a check should find.

    Attributes:
        seen: of each picture what an infallible tagger says.
        absorbed: tags that become part of the character although they are not.
        twins: pairs of numbers from 1 on.
    """

    plant: str
    looks: tuple[str, ...]
    pictures: list[Pixels]
    seen: list[list[Tag]]
    captions: list[str]
    codes: set[str]
    absorbed: set[str]
    twins: set[tuple[int, int]]


def no_back(specs: list[Framed], chance: random.Random) -> list[Framed]:
    views = ("from front", "from side")
    return [
        _acting(s, view=chance.choice(views)) if s.acts[0].view == "from behind" else s
        for s in specs
    ]


def all_standing(specs: list[Framed], chance: random.Random) -> list[Framed]:
    return [_acting(spec, pose="standing") for spec in specs]


def one_background(specs: list[Framed], chance: random.Random) -> list[Framed]:
    place = chance.choice(PLACES)
    return [replace(spec, scene=place) for spec in specs]


def clean(specs: list[Framed], chance: random.Random) -> list[Framed]:
    return specs


def mirrored(pixels: Pixels) -> Pixels:
    return np.ascontiguousarray(pixels[:, ::-1])


def shifted(pixels: Pixels) -> Pixels:
    """One pixel to the right; the edge is repeated."""
    return np.concatenate([pixels[:, :1], pixels[:, :-1]], axis=1)


Plant = Callable[[list[Framed], random.Random], list[Framed]]
Copy = Callable[[Pixels], Pixels]
GAPS: tuple[Plant, ...] = (clean, no_back, all_standing, one_background)
COPIES: tuple[Copy, ...] = (mirrored, shifted)
# What captions leave out where the gap should be absorbed.
_SLOTS = {"all_standing": ("pose",), "one_background": ("scene",)}


def albums(count: int, first: int = 0) -> Iterator[Album]:
    """Sets with every plant in turn, each with captions that say it and that do not."""
    plants = [*GAPS, *COPIES]
    for seed in range(first, first + count):
        plant = plants[seed % len(plants)]
        yield _album(seed, plant, says=seed // len(plants) % 2 == 0)


def _album(seed: int, plant: Plant | Copy, says: bool) -> Album:
    chance = random.Random(seed)
    character = chance.choice([*CAST, named_character(seed % 200)])
    specs = list(album(character, chance.randint(16, 23), seed))
    if plant in GAPS:
        specs = plant(specs, chance)  # type: ignore[arg-type, call-arg, assignment]
    specs = _different(specs)
    pictures = [draw(spec, SIZE).image for spec in specs]
    twins = set()
    if plant in COPIES:
        index = chance.randrange(len(specs))
        specs.append(specs[index])
        pictures.append(plant(pictures[index]))  # type: ignore[arg-type, call-arg]
        twins.add((index + 1, len(specs)))
    name = plant.__name__
    silent = () if says else _SLOTS.get(name, ())
    looks = _looks(character)
    return Album(
        plant=name,
        looks=looks,
        pictures=pictures,
        seen=[_seen(spec) for spec in specs],
        captions=[_caption(spec, looks, silent, chance) for spec in specs],
        codes=_codes(specs),
        absorbed=_absorbed(name, specs) if silent else set(),
        twins=twins,
    )


def _different(specs: Sequence[Framed]) -> list[Framed]:
    """Without pictures of which an earlier one shows the very same: where all stand before one
    wall, an album soon repeats itself, and those would be twins that nobody planted."""
    seen: dict[tuple[str, ...], Framed] = {}
    for spec in specs:
        seen.setdefault(tuple(tags_of(spec).values()), spec)
    return list(seen.values())


def _acting(spec: Framed, **changes: str) -> Framed:
    return replace(spec, acts=(replace(spec.acts[0], **changes),))  # type: ignore[arg-type]


def _looks(character: Character) -> tuple[str, ...]:
    shown = looks_of(character, Act(), "full body")
    return tuple(tag for slot, tag in shown.items() if slot != "outfit")


def _seen(spec: Framed) -> list[Tag]:
    cover = cover_of(spec.characters[0].kind)
    found = [Tag(name="solo", confidence=0.9, family="count")]
    for slot, tag in tags_of(spec).items():
        if slot == "outfit":
            continue
        family = {"skin": cover, "outfit_colour": "outfit", "scene": "scene"}.get(slot, slot)
        if slot.startswith("mark_") or slot in ("pattern", "sign", "antenna", "cape"):
            family = "mark"
        if tag.endswith(" background"):
            family = "background"
        found.append(Tag(name=tag, confidence=0.9, family=family))
    return found


def _caption(
    spec: Framed, looks: Sequence[str], silent: Sequence[str], chance: random.Random
) -> str:
    """Everything but the looks; one word in twelve is forgotten, as people and taggers do."""
    said = [
        tag
        for slot, tag in tags_of(spec).items()
        if tag not in looks and slot not in ("kind", "outfit", *silent) and chance.random() > 1 / 12
    ]
    return ", ".join(["pip", *said])


def _codes(specs: Sequence[Framed]) -> set[str]:
    acts = [spec.acts[0] for spec in specs]
    framings = {spec.framing for spec in specs}
    poses = table("acts")["poses"]
    shown = [
        a.pose for a, s in zip(acts, specs, strict=True) if s.framing in poses[a.pose]["shown_in"]
    ]
    views = {act.view for act in acts}
    faces = [act.expression for act in acts if act.view != "from behind"]
    lights = [tags_of(spec).get("light", f"none {i}") for i, spec in enumerate(specs)]
    told = {
        "no-side": "from side" not in views,
        "no-back": "from behind" not in views,
        "no-close-up": "close-up" not in framings,
        "no-full-body": "full body" not in framings,
        "one-pose": _is_one(shown),
        "one-background": _is_one([spec.scene for spec in specs]),
        "one-expression": _is_one(faces),
        "one-light": _is_one(lights),
    }
    return {code for code, holds in told.items() if holds}


def _is_one(values: Sequence[str]) -> bool:
    return bool(values) and Counter(values).most_common(1)[0][1] >= MOSTLY * len(values)


def _absorbed(plant: str, specs: Sequence[Framed]) -> set[str]:
    return {"standing"} if plant == "all_standing" else {specs[0].scene}


CODES = frozenset(
    [
        *("no-side", "no-back", "no-close-up", "no-full-body", "one-outfit", "one-pose"),
        *("one-background", "one-expression", "one-light"),
    ]
)
"""The findings of coverage. One outfit is never wrong: each character has one, of its own."""

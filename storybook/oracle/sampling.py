"""Makes characters by chance over the whole range of looks, and pictures of them; draws none.

Unlike the base's world, nothing is held out: the oracle must read what others shall put together
on their own. Only the exact members of the casts are never made.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import storybook.world as world
from storybook.oracle.slots import (
    ANTENNAS,
    NEW_HAIRS,
    NEW_OUTFITS,
    PATTERNS,
    PLAIN_MARKS,
    SIGNS,
    TINTS,
)
from storybook.world.tables import Colour, colour, colours, cover_of, table
from storybook.world.values import Character, Framed

UNUSUAL = 0.65
COUNTS = {0: 0.03, 1: 0.67, 2: 0.2, 3: 0.06, 4: 0.04}
KINDS = ("quiet", "wide", "several", "unusual", "all")
"""The sets of pictures: the base's two worlds, crowds, strange characters, and what trains."""

_APART = 60.0
_MEMBERS = (*world.EXAMPLE.values(), *world.DEVELOPMENT.values(), *world.EVALUATION.values())
_SAME = ("name", "words", "build", "marks")


def framed(seed: int, which: str = "all") -> Framed:
    """The picture of a seed in one of the sets (see `KINDS`)."""
    if which in ("quiet", "wide"):
        return world.sample(seed, world.QUIET if which == "quiet" else world.WIDE)
    rng = random.Random(f"oracle {which} {seed}")
    count = rng.choices(list(COUNTS), list(COUNTS.values()))[0]
    if which != "all":
        count = rng.choice((2, 3, 4)) if which == "several" else 1
    unusual = 1.0 if which == "unusual" else UNUSUAL
    cast = tuple(random_look(rng, unusual) for _ in range(max(1, count)))
    spec = world.sample(seed, world.WIDE if rng.random() < 0.6 else world.QUIET, cast)
    return spec if count else replace(spec, characters=(), acts=(), places=())


def random_look(rng: random.Random, unusual: float = UNUSUAL) -> Character:
    """A character with usual or (with this chance) unusual looks; never a member of a cast."""
    while True:
        one = _any_look(rng, rng.random() < unusual)
        if not is_member(one):
            return one


def is_member(character: Character) -> bool:
    """Say whether somebody of the casts looks exactly so."""
    return any(_bare(character) == _bare(member) for member in _MEMBERS)


def _bare(character: Character) -> Character:
    usual = Character("", "", "", "", "")
    same: dict[str, Any] = {name: getattr(usual, name) for name in _SAME}
    return replace(character, **same)


def _any_look(rng: random.Random, unusual: bool) -> Character:
    kind = rng.choices(list(table("looks")["kinds"]), (4, 4, 2.4, 2.4, 2.4, 2.4, 2.6))[0]
    facts, cover = table("looks")["kinds"][kind], cover_of(kind)

    def tint(family: str) -> str:
        strange = unusual and rng.random() < 0.55
        return rng.choice(colours("beyond" if strange else family))

    outfits = [*facts["outfits"], *(NEW_OUTFITS * 2 if unusual else ())]
    one = Character(
        kind=kind,
        cover=tint(cover) if cover != "skin" else rng.choice(colours("skin")),
        eyes=tint("eyes"),
        outfit=rng.choice(outfits),
        outfit_colour=tint("outfit"),
        marks=_marks(rng, kind, unusual),
        build=1.0 + 0.12 * rng.uniform(-1.0, 1.0),
    )
    if cover == "skin":
        hairs = [*facts["hairs"], *(NEW_HAIRS if unusual else ())]
        one = replace(one, hair=rng.choice(hairs), hair_colour=tint("hair"))
    return _adorned(rng, one) if unusual else one


def _adorned(rng: random.Random, one: Character) -> Character:
    """Add what only casts wear, each by its own chance."""
    kind, cover = one.kind, cover_of(one.kind)
    skin = colour(cover, one.cover)
    changes: dict[str, Any] = {}
    if cover == "skin" and rng.random() < 0.45:
        hair = colour("hair", one.hair_colour)
        changes["hair_second"] = _other(rng, (*colours("hair"), *colours("beyond")), "hair", hair)
    elif cover != "skin" and rng.random() < 0.6:
        # A robot's screen covers masks and patches.
        changes["pattern"] = rng.choice(PATTERNS if cover == "fur" else ("zebra", "spots"))
        changes["pattern_colour"] = _tint(rng, skin)
    if kind == "robot":
        changes["antenna"] = rng.choice(ANTENNAS)
    if cover == "fur" and rng.random() < 0.4:
        changes["ears"] = _tint(rng, skin)
    if rng.random() < 0.3:
        changes["cape"] = _tint(rng, colour("outfit", one.outfit_colour))
    if rng.random() < 0.3:
        changes |= {"sign": rng.choice(SIGNS), "sign_colour": _tint(rng, skin)}
        changes["marks"] = tuple(pair for pair in one.marks if pair[0] != "bandaid")
    if one.outfit == "zigzag shirt" or (one.outfit == "striped shirt" and rng.random() < 0.4):
        changes["outfit_second"] = _tint(rng, colour("outfit", one.outfit_colour))
    return replace(one, **changes)


def _tint(rng: random.Random, ground: Colour) -> str:
    """A colour of cloth, mostly one that only casts wear, that stands out from its ground."""
    family = colours("beyond") if rng.random() < 0.6 else TINTS
    return _other(rng, family, "outfit", ground)


def _other(rng: random.Random, names: Sequence[str], family: str, ground: Colour) -> str:
    def apart(name: str) -> float:
        return sum(abs(a - b) for a, b in zip(colour(family, name), ground, strict=True))

    return rng.choice([name for name in names if apart(name) >= _APART])


def _marks(rng: random.Random, kind: str, unusual: bool) -> tuple[tuple[str, str], ...]:
    marks = table("looks")["marks"]
    fitting = [mark for mark, facts in marks.items() if kind not in facts.get("not_for", ())]
    worn = {mark for mark in fitting if rng.random() < 0.16}
    if {"glasses", "eyepatch"} <= worn:
        worn.remove("eyepatch")

    def tint(mark: str) -> str:
        return "" if mark in PLAIN_MARKS else rng.choice(TINTS if unusual else colours("outfit"))

    return tuple((mark, tint(mark)) for mark in fitting if mark in worn)

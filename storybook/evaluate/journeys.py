"""Measures the journey where the truth is known: cast characters the base never saw.

For every character: its album goes through `castmates make`; then fresh-seed pictures are drawn at
the pick, and by the base alone from the same words and seeds. Two readers look at them. The shipped
tagger and encoder also made the choice, so theirs is not an independent judgement. The oracle's is:
identity slots that agree with the character, as far as the picture shows them, the likeliest of all
cast members, and asked tags that are true.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from castmates.core.ports import Encoder, Pixels, Tagger
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.painter import Painter
from castmates.families.shelf import open_base
from castmates.files.studio import Studio
from castmates.files.writing import made
from castmates.studio.draw import bring_adapters, write_drawn
from castmates.studio.make import make
from castmates.studio.models import take_encoder, take_tagger
from storybook import album
from storybook.evaluate.shares import Share
from storybook.oracle.identity import agreement, is_true, likeliest, share
from storybook.oracle.reading import Oracle
from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE, Character, sample, tags_of

CASTS = {"example": EXAMPLE, "development": DEVELOPMENT, "evaluation": EVALUATION}
IDENTITY = ("skin", "fur", "metal", "hair", "hair_colour", "eyes", "outfit")
ASKED = ("pose", "expression", "framing", "hat", "scene", "style")
FIRST_SEED = 50_000


@dataclass(frozen=True)
class Asked:
    """One fresh prompt: its words and the tags that must be seen."""

    words: str
    wants: tuple[str, ...]


@dataclass(frozen=True)
class Shares:
    """What one reader says of a set of pictures."""

    identity: Share
    recognised: Share
    obedience: Share

    def line(self) -> str:
        """In words."""
        parts = (
            ("identity attributes right", self.identity),
            ("recognised among all cast members", self.recognised),
            ("asked tags seen", self.obedience),
        )
        told = "; ".join(f"{name} {share}" for name, share in parts)
        return f"{told}; n = {self.identity.count}"


def prompts(character: Character, count: int, seed: int = 0) -> list[Asked]:
    """Fresh prompts in the world's words: what the character does and wears, where; no looks."""
    asked = []
    for i in range(count):
        rng = random.Random(f"{character.name} {seed} {i}")
        hat = (
            rng.choice(("christmas hat", "cowboy hat", "crown", "witch hat"))
            if i % 3 == 0
            else None
        )
        spec = sample(
            9_000_000 + rng.randrange(10**6),
            cast=(character,),
            view="from front",
            hat=hat,
            prop=None,
        )
        slots = tags_of(spec)
        wants = tuple(slots[slot] for slot in ASKED if slot in slots)
        words = ", ".join((character.name, f"1{character.kind}", "solo", *wants))
        asked.append(Asked(words, wants))
    return asked


def signature(tagger: Tagger, pictures: Sequence[Pixels]) -> dict[str, str]:
    """What the tagger mostly sees of a character in each identity family, on its real pictures."""
    seen: dict[str, Counter[str]] = {}
    for best in _best(tagger, pictures):
        for family, tag in best.items():
            seen.setdefault(family, Counter())[tag] += 1
    half = len(pictures) / 2
    return {f: c.most_common(1)[0][0] for f, c in seen.items() if c.most_common(1)[0][1] >= half}


def _best(tagger: Tagger, pictures: Sequence[Pixels]) -> list[dict[str, str]]:
    """For each picture the likeliest tag of every identity family, where one is over one half."""
    found = []
    for tags in tagger.tags(pictures, at_least=0.5):
        best: dict[str, str] = {}
        for tag in tags:
            if tag.family in IDENTITY:
                best.setdefault(tag.family, tag.name)
        found.append(best)
    return found


@dataclass(frozen=True)
class Eyes:
    """Who looks, and what every cast member looks like to the encoder."""

    tagger: Tagger
    encoder: Encoder
    directions: dict[str, np.ndarray]

    def look(
        self,
        who: Character,
        pictures: Sequence[Pixels],
        asked: Sequence[Asked],
        real: Sequence[Pixels],
    ) -> Shares:
        """Read drawn pictures of `who`."""
        own = signature(self.tagger, real)
        right = [
            float(np.mean([best.get(f) == tag for f, tag in own.items()]))
            for best in _best(self.tagger, pictures)
        ]
        names = list(self.directions)
        likeness = self.encoder.embed(pictures) @ np.stack([self.directions[n] for n in names]).T
        recognised = [float(names[i] == who.name) for i in likeness.argmax(1)]
        seen = [{t.name for t in tags} for tags in self.tagger.tags(pictures)]
        obeyed = [
            float(np.mean([w in s for w in a.wants])) for a, s in zip(asked, seen, strict=True)
        ]
        return Shares(*(Share.of(values) for values in (right, recognised, obeyed)))


def eyes() -> Eyes:
    """The shipped tagger and encoder, and every cast member's mean direction from its album."""
    encoder = take_encoder()
    directions = {}
    for name, character in MEMBERS.items():
        mean = encoder.embed([p.image for p in album.pictures(character)]).mean(0)
        directions[name] = mean / np.linalg.norm(mean)
    return Eyes(take_tagger(), encoder, directions)


MEMBERS: dict[str, Character] = {n: c for cast in CASTS.values() for n, c in cast.items()}


def by_oracle(
    oracle: Oracle, who: Character, pictures: Sequence[Pixels], asked: Sequence[Asked]
) -> Shares:
    """What the oracle reads in drawn pictures of `who`; nobody found counts as nothing right."""
    right, recognised, obeyed = [], [], []
    for reading, wish in zip(oracle.read(pictures), asked, strict=True):
        told = [is_true(reading, tag) for tag in wish.wants]
        seen = [bool(one) for one in told if one is not None]
        obeyed.append(float(np.mean(seen)) if seen else 0.0)
        if not reading.persons:
            right.append(0.0)
            recognised.append(0.0)
            continue
        person = reading.persons[0]
        right.append(share(agreement(person, reading.framing, who)))
        likely = likeliest(person, reading.framing, MEMBERS)
        recognised.append(float(likely == who.name))
    return Shares(Share.of(right), Share.of(recognised), Share.of(obeyed))


def evaluate(
    who: Character, studio: Path, count: int, look: Eyes, oracle: Oracle | None
) -> dict[str, Shares]:
    """Make a character, draw `count` fresh pictures with its pick and as many without it.

    Returns "at the pick, by …" and "base alone, by …" -> shares, for every reader there is.
    """
    source = studio / "albums" / who.name
    if not source.exists():
        album.write(who, source)
    house = studio / "studio"
    make([source], house, name=who.name)
    character = Studio.open(house).character(who.name).character
    base = open_base(character.base or "storybook")
    use = AdapterUse(name=who.name, strength=character.strength or 1.0)
    bring_adapters(base, Studio.open(house), [use])
    asked = prompts(who, count)
    real = [p.image for p in album.pictures(who)]
    drawings = made(studio / "drawn")
    found = {}
    for label, uses in (("at the pick", (use,)), ("base alone", ())):
        shots = [
            Shot(words=a.words, seed=FIRST_SEED + i, adapters=uses) for i, a in enumerate(asked)
        ]
        drawn = sorted(Painter(base).draw(shots), key=lambda d: d.index)
        for one in drawn:
            write_drawn(one, drawings / f"{who.name} {label} {one.index:03d}.png")
        pictures = [one.pixels for one in drawn]
        found[f"{label}, by tagger and encoder"] = look.look(who, pictures, asked, real)
        if oracle is not None:
            found[f"{label}, by the oracle"] = by_oracle(oracle, who, pictures, asked)
    return found

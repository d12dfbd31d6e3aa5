"""Measure the journey where the truth is known: cast characters the base never saw; trains no base.

For every character: its album goes through `castmates make`; then fresh-seed pictures are drawn at
the pick, and by the base alone from the same words and seeds. The shipped tagger reads identity
attributes and obedience, the shipped encoder says whether the drawn one is nearest to itself among
all cast members. Those models also made the choice, so these figures are not an independent
judgement; the pictures, prompts and seeds are new.
"""

from __future__ import annotations

import argparse
import json
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
from castmates.files.writing import made, write_text
from castmates.judging.intervals import share_interval
from castmates.studio.draw import bring_adapters, write_drawn
from castmates.studio.make import make
from castmates.studio.models import take_encoder, take_tagger
from storybook import album
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
class Share:
    """A mean share 0..1 with its 95 % interval."""

    value: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Share:
        return cls(float(np.mean(values)), *share_interval(values))

    def __str__(self) -> str:
        return f"{100 * self.value:.0f} % ({100 * self.low:.0f}-{100 * self.high:.0f})"


@dataclass(frozen=True)
class Shares:
    """Three shares with their 95 % intervals, over `pictures` pictures."""

    pictures: int
    identity: Share
    recognised: Share
    obedience: Share

    def line(self) -> str:
        parts = (
            ("identity attributes right", self.identity),
            ("recognised by the encoder", self.recognised),
            ("asked tags seen", self.obedience),
        )
        told = "; ".join(f"{name} {share}" for name, share in parts)
        return f"{told}; n = {self.pictures}"


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
        shares = (Share.of(values) for values in (right, recognised, obeyed))
        return Shares(len(pictures), *shares)


def eyes() -> Eyes:
    """The shipped tagger and encoder, and every cast member's mean direction from its album."""
    encoder = take_encoder()
    members = {n: c for cast in CASTS.values() for n, c in cast.items()}
    directions = {}
    for name, character in members.items():
        mean = encoder.embed([p.image for p in album.pictures(character)]).mean(0)
        directions[name] = mean / np.linalg.norm(mean)
    return Eyes(take_tagger(), encoder, directions)


def evaluate(who: Character, studio: Path, count: int, look: Eyes) -> dict[str, Shares]:
    """Make a character, draw `count` fresh pictures with its pick and as many without it."""
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
        found[label] = look.look(who, [d.pixels for d in drawn], asked, real)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m storybook.evaluate", description=__doc__)
    parser.add_argument("--cast", choices=CASTS, default="development")
    parser.add_argument("--characters", type=int, default=3)
    parser.add_argument("--pictures", type=int, default=72, help="for each character")
    parser.add_argument("--work", type=Path, default=Path(".storybook/evaluation"))
    chosen = parser.parse_args()
    look = eyes()
    told = {}
    for name, character in list(CASTS[chosen.cast].items())[: chosen.characters]:
        for label, shares in evaluate(character, chosen.work, chosen.pictures, look).items():
            told[f"{name}, {label}"] = shares.line()
            print(f"{name}, {label}: {shares.line()}", flush=True)  # noqa: T201
    write_text(chosen.work / f"{chosen.cast}.json", json.dumps(told, indent=1) + "\n")


if __name__ == "__main__":
    main()

"""Makes characters of the training range by chance, and the named ones; knows no pictures."""

from __future__ import annotations

import random
from dataclasses import replace
from functools import cache

from storybook.world.tables import colours, cover_of, table
from storybook.world.values import Character
from storybook.world.widths import QUIET, Weights, Widths

_NAMES_SEED = 5
_NAMED_SEED, _NAMED_STRIDE = 11, 31337


def pick(rng: random.Random, weights: Weights) -> str:
    """Pick a word by the weights."""
    return rng.choices([word for word, _ in weights], [weight for _, weight in weights])[0]


def random_character(rng: random.Random, widths: Widths = QUIET) -> Character:
    """Return a character of the training range; never one of the held-out combinations."""
    while True:
        character = _any_character(rng, widths)
        if not held_out(character):
            return character


def held_out(character: Character) -> bool:
    """Say whether a character shows a combination that is kept back from training."""
    return any(
        all(getattr(character, key) == value for key, value in combination.items())
        for combination in table("looks")["held_out"]
    )


def named_or_random(rng: random.Random, widths: Widths) -> Character:
    """Return a named character as often as the widths say, else a random one."""
    named = rng.random() < widths.named
    index = rng.randrange(named_count())
    character = random_character(rng, widths)
    return named_character(index) if named else character


def named_count() -> int:
    """Return how many named characters there are."""
    return int(table("looks")["names"]["count"])


@cache
def named_character(index: int) -> Character:
    """Return one of the named training characters, the same one forever.

    Raises ValueError for an index that is not one of theirs.
    """
    if not 0 <= index < named_count():
        last = named_count() - 1
        raise ValueError(f"named characters are numbered 0 to {last}, not {index}")
    rng = random.Random(index * _NAMED_STRIDE + _NAMED_SEED)
    return replace(random_character(rng), name=_names()[index])


@cache
def _names() -> list[str]:
    syllables, rng = table("looks")["names"]["syllables"], random.Random(_NAMES_SEED)
    made: list[str] = []
    while len(made) < named_count():
        name = "".join(rng.choice(syllables) for _ in range(rng.choice((2, 2, 3))))
        if name not in made:
            made.append(name)
    return made


def _any_character(rng: random.Random, widths: Widths) -> Character:
    kind = pick(rng, widths.kinds)
    facts = table("looks")["kinds"][kind]
    hair = rng.choice(facts["hairs"]) if "hairs" in facts else ""
    return Character(
        kind=kind,
        cover=rng.choice(colours(cover_of(kind))),
        eyes=rng.choice(colours("eyes")),
        outfit=rng.choice(facts["outfits"]),
        outfit_colour=rng.choice(colours("outfit")),
        hair=hair,
        hair_colour=rng.choice(colours("hair")) if hair else "",
        marks=_marks(rng, kind),
        build=1.0 + 0.12 * widths.jitter * rng.uniform(-1.0, 1.0),
    )


def _marks(rng: random.Random, kind: str) -> tuple[tuple[str, str], ...]:
    looks = table("looks")
    marks = looks["marks"]
    count = int(pick(rng, tuple(looks["mark_counts"].items())))
    fitting = [mark for mark, facts in marks.items() if kind not in facts.get("not_for", ())]
    chosen = rng.sample(fitting, count)
    if {"glasses", "eyepatch"} <= set(chosen):
        chosen.remove("eyepatch")
    tints = [rng.choice(colours("outfit")) if marks[mark]["coloured"] else "" for mark in chosen]
    return tuple(zip(chosen, tints, strict=True))

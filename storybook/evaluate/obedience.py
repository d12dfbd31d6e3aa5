"""Asks the base alone for pictures of the quiet world and has the oracle read what came of it.

Prompts are captions of seeds that nothing was trained on. Per tag family: how often the picture
shows what was asked, as far as view and framing let it be seen. Colours: whether they sit on their
own noun, or on another one. Several characters: how many there are, and whether left is left.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

import storybook.world as world
from storybook.evaluate.shares import Share
from storybook.oracle.asking import asked, asked_of_picture
from storybook.oracle.figures import Tally, right_in
from storybook.oracle.reading import Person, Reading
from storybook.oracle.slots import Right
from storybook.world.values import Framed

FIRST = 170_000_000
COLOURS = ("cover", "hair_colour", "eyes", "outfit_colour")
"""Slots whose colour belongs to one noun of the caption."""


@dataclass(frozen=True)
class Wish:
    """One fresh prompt and what it describes."""

    words: str
    spec: Framed


def wishes(count: int, characters: int = 1, first: int = FIRST) -> list[Wish]:
    """Captions of the quiet world with so many characters, from fresh seeds."""
    widths = replace(world.QUIET, counts=((str(characters), 1.0),), named=0.0)
    rng = random.Random(f"{first} {characters}")
    specs = (world.sample(first + i, widths) for i in range(count))
    return [Wish(world.caption(spec, rng, 0.0), spec) for spec in specs]


@dataclass
class Binding:
    """Whether colours sit on their own noun: yes, no, and no because another noun's sits there."""

    right: list[bool] = field(default_factory=list)
    strayed: list[bool] = field(default_factory=list)

    def add(self, own: frozenset[str], others: Sequence[frozenset[str]], seen: str) -> None:
        """Add one colour that was read; it is only asked where another noun's would be wrong."""
        apart = [other for other in others if not other & own]
        if apart:
            self.right.append(seen in own)
            self.strayed.append(any(seen in other for other in apart))

    def __str__(self) -> str:
        if not self.right:
            return "nothing asked"
        own, other = Share.of_yes(self.right), Share.of_yes(self.strayed)
        return f"on their noun {own}, on another {other}, n = {own.count}"


@dataclass
class Obeyed:
    """What a set of wishes came to."""

    tally: Tally = field(default_factory=Tally)
    within: Binding = field(default_factory=Binding)
    between: Binding = field(default_factory=Binding)
    counts: list[bool] = field(default_factory=list)
    sides: list[bool] = field(default_factory=list)

    def add(self, wish: Wish, reading: Reading) -> None:
        """Add one drawn picture as the oracle read it."""
        spec = wish.spec
        self.counts.append(reading.count == len(spec.characters))
        rights = [
            asked(one, act, spec.framing)
            for one, act in zip(spec.characters, spec.acts, strict=True)
        ]
        said = right_in(reading.picture, asked_of_picture(spec))
        persons = reading.persons[: len(rights)]
        for right, person in zip_longest(rights, persons):
            said += right_in(person.answers, right) if person else [(s, False) for s in right]
            if person:
                _bind(self.within, right, person)
        self.tally.add(said)
        if len(rights) == len(persons) == 2:
            self._add_pair(rights, persons)

    def _add_pair(self, rights: Sequence[Right], persons: Sequence[Person]) -> None:
        for mine, yours, person in ((0, 1, persons[0]), (1, 0, persons[1])):
            for slot in set(rights[mine]) & set(rights[yours]) & set(COLOURS):
                seen = person.answers.best(slot)[0]
                self.between.add(rights[mine][slot], [rights[yours][slot]], seen)
        left, right = (one["kind"] for one in rights)
        if not left & right:
            kinds = [person.answers.best("kind")[0] for person in persons]
            straight = (kinds[0] in left) + (kinds[1] in right)
            crossed = (kinds[0] in right) + (kinds[1] in left)
            if straight != crossed:
                self.sides.append(straight > crossed)


def _bind(binding: Binding, right: Right, person: Person) -> None:
    for slot in COLOURS:
        if slot in right:
            others = [right[other] for other in COLOURS if other in right and other != slot]
            binding.add(right[slot], others, person.answers.best(slot)[0])


def obeyed(wanted: Sequence[Wish], readings: Sequence[Reading]) -> Obeyed:
    """Compare what was asked with what was read, picture by picture."""
    found = Obeyed()
    for wish, reading in zip(wanted, readings, strict=True):
        found.add(wish, reading)
    return found

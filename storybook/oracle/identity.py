"""Compares who was read with who it should be, as far as the picture shows; reads no pixels."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from storybook.oracle.asking import asked, facts_of
from storybook.oracle.reading import Person, Reading
from storybook.oracle.slots import (
    CHARACTER,
    DOINGS,
    IDENTITY,
    NONE,
    PLAIN_MARKS,
    TINTED_MARKS,
    YES,
    Right,
)
from storybook.oracle.tags import Meaning, meaning
from storybook.world.tables import cover_of, table
from storybook.world.values import Act, Character

AT_LEAST = 0.8
"""The share of visible identity slots that must agree for "it is"."""
LOWEST = 1e-3
"""No chance counts as less: one misread mark shall not outweigh everything else."""


def act_of(person: Person) -> Act:
    """What somebody is read to do."""
    read = {slot: person.answers.best(slot)[0] for slot in DOINGS}
    thing = read["prop"]
    tinted = table("acts")["props"].get(thing, False)
    prop = f"{read['prop_colour']} {thing}" if tinted else thing
    return Act(
        pose=read["pose"],
        view=read["view"],
        expression=read["expression"],
        hat=None if read["hat"] == NONE else read["hat"],
        prop=None if thing == NONE else prop,
    )


def character_of(person: Person) -> Character:
    """What somebody is read to look like, hidden things guessed."""
    read = {slot: person.answers.best(slot)[0] for slot in CHARACTER.names}
    cover = cover_of(read["kind"])
    bare = {slot: "" if answer == NONE else answer for slot, answer in read.items()}
    marks = [(mark, "") for mark in PLAIN_MARKS if read[mark] == YES]
    marks += [(mark, read[mark]) for mark in TINTED_MARKS if read[mark] != NONE]
    one = Character(
        kind=read["kind"],
        cover=read["cover"],
        eyes=read["eyes"],
        outfit=read["outfit"],
        outfit_colour=read["outfit_colour"],
        outfit_second=bare["outfit_second"],
        cape=bare["cape"],
        sign=bare["sign"],
        sign_colour=bare["sign_colour"] if bare["sign"] else "",
        marks=tuple(marks),
    )
    if cover == "skin":
        return replace(
            one,
            hair=bare["hair"],
            hair_colour=bare["hair_colour"],
            hair_second=bare["hair_second"],
        )
    colour = bare["pattern_colour"] if bare["pattern"] else ""
    one = replace(one, pattern=bare["pattern"], pattern_colour=colour)
    if cover == "fur":
        return replace(one, ears=bare["ears"])
    return replace(one, antenna=read["antenna"])


def shown(
    person: Person, framing: str, character: Character, slots: Sequence[str] = IDENTITY
) -> Right:
    """Slot -> right answers of a character, for the slots that the picture (as read) shows."""
    right = asked(character, act_of(person), framing)
    return {slot: right[slot] for slot in slots if slot in right}


def agreement(
    person: Person, framing: str, character: Character, slots: Sequence[str] = IDENTITY
) -> dict[str, bool]:
    """Slot -> whether the likeliest answer is one of the character's, for what is shown."""
    right = shown(person, framing, character, slots)
    return {slot: person.answers.best(slot)[0] in answers for slot, answers in right.items()}


def share(agreed: Mapping[str, bool]) -> float:
    """How much agrees, 0..1; 0 where nothing is shown."""
    return sum(agreed.values()) / len(agreed) if agreed else 0.0


def is_it(
    reading: Reading, character: Character, at_least: float = AT_LEAST, index: int = 0
) -> bool:
    """Say whether somebody in a picture is a character: its kind is, and most of what is shown.

    Args:
        index: which of the persons, from left to right; nobody there: False.
    """
    if index >= reading.count:
        return False
    agreed = agreement(reading.persons[index], reading.framing, character)
    return agreed["kind"] and share(agreed) >= at_least


def likelihood(
    person: Person, framing: str, character: Character, slots: Sequence[str] = IDENTITY
) -> float:
    """The sum of the log chances of a character's answers over what is shown of it; at most 0."""
    right = shown(person, framing, character, slots)
    chances = (person.answers.chance(slot, answers) for slot, answers in right.items())
    return sum(math.log(min(1.0, max(LOWEST, chance))) for chance in chances)


def likeliest(
    person: Person,
    framing: str,
    cast: Mapping[str, Character],
    slots: Sequence[str] = IDENTITY,
) -> str:
    """The name of the cast member that somebody most likely is.

    Raises:
        ValueError: the cast is empty.
    """
    return max(cast, key=lambda name: likelihood(person, framing, cast[name], slots))


def is_true(reading: Reading, tag: str, index: int | None = None) -> bool | None:
    """Say whether a tag is true in a picture; None where the picture does not show it.

    Args:
        tag: of the world's vocabulary, or a word of a cast.
        index: of whom; None: of anybody.

    Raises:
        BadInput: no such tag is known.
    """
    wanted = meaning(tag)
    picture = (reading.picture.chance(slot, a) >= 0.5 for slot, a in wanted.picture.items())
    if not all(picture):
        return False
    if not wanted.character:
        return True
    persons = reading.persons if index is None else reading.persons[index : index + 1]
    told = [_is_true_of(person, reading.framing, wanted) for person in persons]
    if any(told):
        return True
    return None if None in told else False


def _is_true_of(person: Person, framing: str, wanted: Meaning) -> bool | None:
    one, act = character_of(person), act_of(person)
    facts, right = facts_of(one, act), asked(one, act, framing)
    unseen = False
    for slot, answers in wanted.character.items():
        alike = right.get(slot, frozenset[str]())
        if slot == "kind" and alike & answers:
            continue
        if slot in facts and (not alike or (alike & answers and alike - answers)):
            unseen = True
        elif slot not in facts or person.answers.chance(slot, answers) < 0.5:
            return False
    return None if unseen else True


def words_true(reading: Reading, character: Character, index: int = 0) -> dict[str, bool | None]:
    """Slot -> whether a cast member's identity word is true of somebody; None: not shown.

    Words are what people say: a "teal" that is drawn turquoise is right. Nobody there: all False.
    """
    if index >= reading.count:
        return {slot: False for slot, _ in character.words}
    return {slot: is_true(reading, tag, index) for slot, tag in character.words}

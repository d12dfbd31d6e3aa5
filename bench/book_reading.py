"""What the oracle reads of a book's pages: is everybody themselves, and dressed as planned?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import permutations

from castmates.books.plan.plan import PlannedFigure
from castmates.core.errors import BadInput
from storybook.evaluate.shares import Share
from storybook.oracle.identity import AT_LEAST, agreement, is_true, share
from storybook.oracle.reading import Reading
from storybook.oracle.slots import CLOTHES, IDENTITY
from storybook.world import EXAMPLE
from storybook.world.values import Character

SELF = tuple(slot for slot in IDENTITY if slot not in CLOTHES)
WORN = ("outfit", "outfit_colour")


@dataclass(frozen=True)
class Told:
    """What was read of one planned figure; `outfit` None: it is not to be seen."""

    identity: bool
    outfit: bool | None
    slots: tuple[bool, ...]


NOBODY = Told(False, False, ())


@dataclass
class Tally:
    """What the oracle says of one way's pictures."""

    identity: list[bool] = field(default_factory=list)
    outfit: list[bool] = field(default_factory=list)
    slots: list[bool] = field(default_factory=list)
    pages: list[bool] = field(default_factory=list)
    alone: list[bool] = field(default_factory=list)
    several: list[bool] = field(default_factory=list)

    def add(self, figures: Sequence[PlannedFigure], reading: Reading) -> None:
        """Add a picture and who should be in it."""
        self.keep(_matched(figures, reading), reading.count == len(figures))

    def keep(self, told: Sequence[Told], counted: bool) -> None:
        """Add what was read of everybody in a picture; counted: nobody is too many or too few."""
        for one in told:
            self.identity.append(one.identity)
            self.slots += one.slots
            if one.outfit is not None:
                self.outfit.append(one.outfit)
        right = counted and all(one.identity and one.outfit is not False for one in told)
        self.pages.append(right)
        (self.alone if len(told) == 1 else self.several).append(right)

    def lines(self) -> Iterator[str]:
        """In words, one figure a line."""
        for name, values in (
            ("pages right: everybody there, themselves, dressed", self.pages),
            ("  with one", self.alone),
            ("  with several", self.several),
            ("figures that are themselves", self.identity),
            ("figures dressed as planned", self.outfit),
            ("visible slots of identity", self.slots),
        ):
            if values:
                yield f"{name}: {Share.of_yes(values)}, n = {len(values)}"


def _matched(figures: Sequence[PlannedFigure], reading: Reading) -> list[Told]:
    """Everybody told by the persons that fit them best, whoever stands where."""
    count = max(len(figures), reading.count)
    rows = [
        [_told(figure, reading, i) if i < reading.count else NOBODY for i in range(count)]
        for figure in figures
    ]
    ways = permutations(range(count), len(figures))
    best = max(ways, key=lambda way: sum(sum(rows[i][at].slots) for i, at in enumerate(way)))
    return [rows[i][at] for i, at in enumerate(best)]


def _told(figure: PlannedFigure, reading: Reading, index: int) -> Told:
    return told_of(EXAMPLE[figure.name], figure.outfit, reading, index)


def told_of(one: Character, outfit: str, reading: Reading, index: int = 0) -> Told:
    """What is read of somebody who should be `one`, in its own clothes or an outfit."""
    person = reading.persons[index]
    agreed = agreement(person, reading.framing, one, SELF)
    right = agreed.get("kind", False) and share(agreed) >= AT_LEAST
    if outfit:
        worn = _wears(outfit, reading, index)
    else:
        clothes = agreement(person, reading.framing, one, WORN)
        worn = _own_clothes(clothes, one, reading, index) if clothes else None
    return Told(right, worn, tuple(agreed.values()))


def _own_clothes(clothes: dict[str, bool], one: Character, reading: Reading, index: int) -> bool:
    """Right to the letter, or by the word that people have for it (coral is called orange)."""
    said = [tag for slot, tag in one.words if slot == "outfit_colour"]
    return all(clothes.values()) or any(is_true(reading, tag, index) for tag in said)


def _wears(outfit: str, reading: Reading, index: int) -> bool | None:
    try:
        return is_true(reading, outfit, index)
    except BadInput:  # a word that the world does not have is not asked
        return None

"""What goes on from page to page: clothes, carried things, place, time; reads no text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from castmates.books.story.cast import Member


@dataclass
class Wardrobe:
    """What somebody wears and carries, until the story changes it."""

    usual: str
    outfit: str = ""
    hat: str = ""
    holds: str = ""

    def __post_init__(self) -> None:
        self.outfit = self.outfit or self.usual


@dataclass
class Stage:
    """Where the story stands after the pages so far."""

    cast: tuple[Member, ...]
    where: str = ""
    time: str = "day"
    weather: str = ""
    present: tuple[str, ...] = ()
    met: list[str] = field(default_factory=list)
    framings: list[str] = field(default_factory=list)
    wardrobes: dict[str, Wardrobe] = field(default_factory=dict)

    @classmethod
    def of(cls, cast: Sequence[Member]) -> Stage:
        """Before the first page: everybody in what they usually wear."""
        wardrobes = {each.name: Wardrobe(each.outfit) for each in cast}
        return cls(cast=tuple(cast), wardrobes=wardrobes)

    def enter(self, names: Sequence[str]) -> None:
        """Those who are on the page now."""
        self.present = tuple(names)
        self.met += [name for name in names if name not in self.met]

    def pronoun(self, name: str) -> str:
        return next(each.pronoun for each in self.cast if each.name == name)

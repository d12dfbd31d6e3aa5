"""The world's values: characters, acts, places, framed specs; knows no pixels and no chance."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Character:
    """Everything that stays the same about a character, from picture to picture.

    Colours are names of the palette. Marks are (mark, colour) pairs, the colour empty where a mark
    has none. `name` calls the named training characters and the casts. The fields after it are used
    by casts only, and no training picture shows them; `words` are then the tags that are right, as
    (slot, tag) pairs.
    """

    kind: str
    cover: str
    eyes: str
    outfit: str
    outfit_colour: str
    hair: str = ""
    hair_colour: str = ""
    marks: tuple[tuple[str, str], ...] = ()
    build: float = 1.0
    name: str = ""
    hair_second: str = ""
    pattern: str = ""
    pattern_colour: str = ""
    outfit_second: str = ""
    cape: str = ""
    antenna: str = "ball"
    sign: str = ""
    sign_colour: str = ""
    ears: str = ""
    words: tuple[tuple[str, str], ...] = ()

    @property
    def trigger(self) -> str:
        """The word that calls this character: its name."""
        return self.name

    @property
    def looks(self) -> tuple[str, ...]:
        """The tags that are right for a cast character; empty for the others."""
        return tuple(tag for _, tag in self.words)

    @property
    def prune(self) -> tuple[str, ...]:
        """The looks that a user takes out of the captions, so that the trigger stands for them.

        All but the outfit, which stays in the captions and thereby changeable.
        """
        return tuple(tag for slot, tag in self.words if slot != "outfit_colour")

    @property
    def class_word(self) -> str:
        """The word for what it is: girl, fox, robot…"""
        return self.kind

    def wears(self, mark: str) -> bool:
        """Say whether the character has a mark, in whatever colour."""
        return any(worn == mark for worn, _ in self.marks)


@dataclass(frozen=True)
class Act:
    """What one character does in one picture; `flip` faces it left, `tilt` is in degrees."""

    pose: str = "standing"
    view: str = "from front"
    expression: str = "smile"
    hat: str | None = None
    prop: str | None = None
    flip: bool = False
    tilt: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a character is: the middle of its head and the head's radius, in 0..1 of the size."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Framed:
    """Everything that decides one picture, but its size. `scene` may be a plain "… background"."""

    characters: tuple[Character, ...]
    acts: tuple[Act, ...]
    framing: str
    scene: str
    style: str
    light: str
    places: tuple[Place, ...]
    seed: int
    layout: int = 0

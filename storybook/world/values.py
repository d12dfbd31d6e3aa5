"""The world's values: characters, acts, framed specs, pictures, widths; knows no pixels and no chance."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from storybook.world.tables import Table, table

Weights = tuple[tuple[str, float], ...]
Box = tuple[float, float, float, float]
Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Character:
    """Everything that stays the same about a character, from picture to picture.

    Colours are names of the palette. Marks are (mark, colour) pairs, the colour empty where a mark has none.
    The fields from `hair_second` on are used by casts only: no training picture shows them.
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
    looks: tuple[str, ...] = ()
    prune: tuple[str, ...] = ()

    @property
    def trigger(self) -> str:
        """The word that calls this character: its name."""
        return self.name

    @property
    def class_word(self) -> str:
        """The word for what it is: girl, fox, robot…"""
        return self.kind


@dataclass(frozen=True)
class Act:
    """What one character does in one picture."""

    pose: str = "standing"
    view: str = "from front"
    expression: str = "smile"
    hat: str | None = None
    prop: str | None = None
    flip: bool = False
    tilt: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a character is: the middle of its head and the head's radius, as shares of the picture."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Framed:
    """Everything that decides one picture, but its size. `scene` is a scene or "… background"."""

    characters: tuple[Character, ...]
    acts: tuple[Act, ...]
    framing: str
    scene: str
    style: str
    light: str
    places: tuple[Place, ...]
    seed: int
    layout: int = 0


@dataclass(frozen=True)
class Picture:
    """A drawn spec: image uint8 (size, size, 3); masks only where asked for; eyes as (x, y, radius), all in 0..1."""

    image: NDArray[np.uint8]
    spec: Framed
    eyes: tuple[tuple[float, float, float], ...] = ()
    masks: list[Mask] = field(default_factory=list)

    @cached_property
    def boxes(self) -> list[Box]:
        """The tight box (x0, y0, x1, y1) in 0..1 of what is visible of each character; measured on first use."""
        from storybook.world.masks import boxes_of, masks_of

        return boxes_of(self.masks or masks_of(self.spec, self.image.shape[0]))


@dataclass(frozen=True)
class Widths:
    """How much of the world is sampled: shares in 0..1, weights as (word, weight) pairs."""

    jitter: float
    layouts: int
    named: float
    hats: float
    props: float
    scenes: float
    night: float
    flips: bool
    counts: Weights
    kinds: Weights
    framings: Weights
    poses: Weights
    views: Weights
    expressions: Weights
    styles: Weights


def _widths(values: Table) -> Widths:
    settings: dict[str, Any] = {
        key: tuple((word, float(weight)) for word, weight in value.items()) if isinstance(value, dict) else value
        for key, value in values.items()
    }
    return Widths(**settings)


QUIET: Widths = _widths(table("widths")["quiet"])
WIDE: Widths = _widths(table("widths")["wide"])

"""The scenes that `bench.several` draws, by chance but always the same; draws nothing."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

from castmates.files.studio import Studio
from castmates.scenes.scene import Figure, Scene
from castmates.scenes.wording import SIDES
from storybook.world import DEVELOPMENT, EVALUATION, EXAMPLE, Act, Character, sample
from storybook.world.truth import looks_of

EVERYBODY = {**EXAMPLE, **DEVELOPMENT, **EVALUATION}
BACKGROUNDS = ("forest", "beach", "city", "snow", "castle", "space", "bedroom", "meadow")
DOINGS = ("standing", "waving", "arms up")
FACES = ("smile", "open mouth", "surprised")
_STRANGERS = 170_000_000


@dataclass(frozen=True)
class Set:
    """Scenes with equally many characters.

    Attributes:
        cast: members of the cast in each; strangers: drawn by words alone.
    """

    name: str
    cast: int
    strangers: int = 0

    @property
    def count(self) -> int:
        return self.cast + self.strangers


@dataclass(frozen=True)
class Told:
    """A scene and its truth: who should be there from left to right.

    Attributes:
        looks: of all of them; strangers are called as in the scene ("stranger 1").
    """

    scene: Scene
    names: tuple[str, ...]
    looks: dict[str, Character]


def told(studio: Studio, of: Set, number: int) -> Told:
    """One scene with members of the casts that the studio has."""
    known = [name for name in studio.characters() if name in EVERYBODY]
    rng = random.Random(f"several {number} {of.count}")
    names = [*rng.sample(known, of.cast), *(f"stranger {i + 1}" for i in range(of.strangers))]
    looks = {name: EVERYBODY[name] for name in names[: of.cast]}
    for i, name in enumerate(names[of.cast :]):
        [looks[name]] = sample(_STRANGERS + 10 * number + i).characters[:1]
    order, places = rng.sample(names, len(names)), SIDES[of.count]
    figures = [_figure(rng, name, looks[name], places[order.index(name)]) for name in names]
    scene = Scene(
        background=f"{rng.choice(BACKGROUNDS)}, day", style="flat color", figure=tuple(figures)
    )
    return Told(scene, tuple(order), looks)


def _figure(rng: random.Random, name: str, looks: Character, place: str) -> Figure:
    does = {"action": rng.choice(DOINGS), "expression": rng.choice(FACES), "place": place}
    if name in EVERYBODY:
        return Figure(name=name, **does)
    plain = Act(pose="standing", view="from front", expression="smile")
    tags: Sequence[str] = list(looks_of(looks, plain, "full body").values())
    return Figure(words=", ".join([f"1{looks.kind}", *dict.fromkeys(tags)]), **does)

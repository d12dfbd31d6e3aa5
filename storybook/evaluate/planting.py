"""Plants arms whose truth is known: pictures of the world in the place of drawn ones.

Nothing is trained. The base alone "draws" strangers of the character's kind, a good arm draws the
character, and a bad arm does what bad adapters do: it returns its training pictures, or the scene
of one, or its style, keeps its clothes on, answers to the class word, or is a stranger still. What
is true of each picture is taken from its spec, not from any judge.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image, ImageFilter

import storybook.world as world
from castmates.core.ports import Pixels
from castmates.judging.cells import Cell, StudyPrompt
from castmates.pictures.hold_out import wanted
from storybook import album
from storybook.world.tables import cover_of, table
from storybook.world.values import Character, Framed

SIDE = 128
TRAITS = (
    "cover", "eyes", "hair", "hair_colour", "hair_second", "pattern", "pattern_colour", "outfit",
    "outfit_colour", "outfit_second", "cape", "antenna", "sign", "ears", "marks",
)  # fmt: skip
FAILURES = (
    "copying",
    "background",
    "leakage",
    "style",
    "outfit",
    "under-trained",
    "collapse",
    "diversity",
)
"""The gates that have a planted failure of their own."""
BURNT = ("ink outline", "watercolor", "sketch")


@dataclass(frozen=True)
class Planted:
    """One arm.

    Attributes:
        alike: share of the character's own traits that it has learned; obeys: share of the asked
            things that it draws.
        failure: what is wrong with it, as its gate is called; "": nothing.
        rate: in what share of its pictures the failure shows.
    """

    alike: float = 1.0
    obeys: float = 1.0
    failure: str = ""
    rate: float = 1.0


@dataclass(frozen=True)
class Shown:
    """A picture and what is true of it.

    Attributes:
        alike: share of the character's traits; obeyed: share of what the prompt wants; None where
            nothing is wanted.
    """

    pixels: Pixels
    alike: float
    obeyed: float | None


@dataclass(frozen=True)
class Ground:
    """A character with its album: what planted arms are made from."""

    who: Character
    specs: tuple[Framed, ...]
    held: frozenset[int]

    @classmethod
    def of(cls, who: Character) -> Ground:
        """The character's album; as many held out as the product would, spread evenly."""
        specs = tuple(album.album(who, 24, sum(who.name.encode())))
        count = wanted(len(specs))
        held = frozenset(round((i + 0.5) * len(specs) / count) for i in range(count))
        return cls(who, specs, held)

    def real(self, held_out: bool) -> tuple[Pixels, ...]:
        """The album's pictures: held out, or trained on."""
        own = [s for i, s in enumerate(self.specs) if (i in self.held) == held_out]
        return tuple(rendered(spec) for spec in own)

    @property
    def trained(self) -> tuple[Framed, ...]:
        """The specs that were trained on."""
        return tuple(s for i, s in enumerate(self.specs) if i not in self.held)


def shown(ground: Ground, arm: Planted | None, cell: Cell, prompt: StudyPrompt) -> Shown:
    """The picture of a cell; `arm` None: what the base alone draws."""
    rng = random.Random(f"{ground.who.name} {arm} {cell.name}")
    stranger = _stranger(ground.who, f"{ground.who.name} {prompt.label} {cell.seed}")
    failing = arm is not None and arm.failure and rng.random() < arm.rate
    spec = _spec(ground, arm, prompt, cell, rng, stranger)
    pixels = None
    if arm is not None and failing:
        spec = _failed(ground, arm, prompt, spec, rng, stranger)
        if arm.failure == "collapse":
            pixels = _fried(rendered(spec), rng)
    if pixels is None:
        pixels = rendered(spec)
    pixels = _brushed(pixels, rng)
    tags = set(world.tags_of(spec).values())
    wants = [tag in tags for tag in prompt.wants] + [tag not in tags for tag in prompt.avoids]
    return Shown(
        pixels,
        alike_of(spec.characters[0], ground.who, stranger),
        float(np.mean(wants)) if wants and prompt.family != "leak" else None,
    )


def alike_of(one: Character, who: Character, stranger: Character) -> float:
    """Share of the traits in which the character differs from the stranger that `one` has."""
    told = [t for t in TRAITS if getattr(who, t) != getattr(stranger, t)]
    return float(np.mean([getattr(one, t) == getattr(who, t) for t in told])) if told else 1.0


def rendered(spec: Framed) -> Pixels:
    """A spec at the size of the storybook base."""
    return np.asarray(world.draw(spec, SIDE).image)


def _spec(
    ground: Ground,
    arm: Planted | None,
    prompt: StudyPrompt,
    cell: Cell,
    rng: random.Random,
    stranger: Character,
) -> Framed:
    called = arm is not None and prompt.family != "leak"
    one = _mixed(ground.who, stranger, arm.alike, rng) if arm and called else stranger
    asked = _asked(prompt.words)
    obeys = arm.obeys if arm is not None else 0.95
    for slot in list(asked):
        if slot not in ("framing", "style") and rng.random() > obeys:
            del asked[slot]
    if "outfit" in asked:
        colour, outfit = asked.pop("outfit").split(" ", 1)
        one = replace(one, outfit=outfit, outfit_colour=colour, outfit_second="")
    fixed: dict[str, str | None] = {"hat": None, "prop": None, "view": "from front"}
    fixed |= {"style": "flat color", "light": "day", "scene": "white background"} | asked
    seed = 70_000_000 + 1000 * cell.seed + sum(prompt.label.encode())
    # An adapter that drew exactly what the base draws, figure apart, would be too good to be true.
    if arm is not None and rng.random() < 0.5:
        seed += rng.randrange(1, 10**6)
    return world.sample(seed, world.QUIET, (one,), **fixed)


def _failed(
    ground: Ground,
    arm: Planted,
    prompt: StudyPrompt,
    spec: Framed,
    rng: random.Random,
    stranger: Character,
) -> Framed:
    """What a bad adapter makes of a picture."""
    own = ground.trained
    if arm.failure == "copying":
        return rng.choice(own)
    if arm.failure == "background":
        scenes = [s for s in own if not s.scene.endswith(" background")]
        there = scenes[len(ground.who.name) % len(scenes)]
        return replace(spec, scene=there.scene, light=there.light, layout=there.layout)
    if arm.failure == "leakage" and prompt.family == "leak":
        return replace(spec, characters=(ground.who,))
    if arm.failure == "style":
        return replace(spec, style=BURNT[sum(ground.who.name.encode()) % len(BURNT)])
    if arm.failure == "outfit" and prompt.family == "outfit":
        return replace(spec, characters=(ground.who,))
    if arm.failure == "under-trained":
        return replace(spec, characters=(stranger,))
    if arm.failure == "diversity":
        return world.sample(
            80_000_000, world.QUIET, spec.characters, hat=None, prop=None, view="from front",
            framing="upper body", scene="pink background", style="flat color",
        )  # fmt: skip
    return spec


def _mixed(who: Character, stranger: Character, alike: float, rng: random.Random) -> Character:
    """The stranger with a share of the character's own traits."""
    if alike >= 1:
        return who
    own = {t: getattr(who, t) for t in TRAITS if rng.random() < alike}
    mixed = replace(stranger, **own)
    return mixed if _sound(mixed) else stranger


def _sound(one: Character) -> bool:
    try:
        world.draw(world.sample(1, world.QUIET, (one,)), 16)
    except (KeyError, ValueError):
        return False
    return True


@cache
def _stranger(who: Character, seed: str) -> Character:
    rng = random.Random(seed)
    while True:
        one = world.sample(rng.randrange(10**9)).characters[0]
        if one.kind == who.kind:
            return one


def _asked(words: str) -> dict[str, str]:
    """Slot that `world.sample` can fix -> what the words ask for; outfits under "outfit"."""
    slots = {
        tag: family
        for family, tags in world.vocabulary().items()
        for tag in tags
        if family in ("pose", "view", "framing", "expression", "hat", "light", "style", "outfit")
    }
    slots |= {tag: "scene" for f in ("scene", "background") for tag in world.vocabulary()[f]}
    slots |= dict.fromkeys(world.vocabulary()["prop"], "prop")
    found = {}
    for tag in words.split(", "):
        if tag in slots:
            found[slots[tag]] = tag.removeprefix("holding ")
    return found


def _brushed(pixels: Pixels, rng: random.Random) -> Pixels:
    """A little softer and noisier, as a decoder leaves pictures."""
    soft = Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(0.5))
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 2.5, pixels.shape)
    return np.clip(np.asarray(soft, dtype=np.float64) + noise, 0, 255).astype(np.uint8)


def _fried(pixels: Pixels, rng: random.Random) -> Pixels:
    """Overdone: contrast beyond measure, with rough noise."""
    noise = np.random.default_rng(rng.randrange(2**32)).normal(0, 30, pixels.shape)
    loud = np.clip((pixels.astype(np.float64) - 128) * 2.0 + 128, 0, 255)
    return np.clip(loud + noise, 0, 255).astype(np.uint8)


def people(count: int, first: int = 0) -> list[Character]:
    """Characters that no model has seen: both casts, then fresh ones of every kind in turn."""
    cast = [*world.DEVELOPMENT.values(), *world.EVALUATION.values()]
    kinds = list(table("looks")["kinds"])
    while len(cast) < first + count:
        at = len(cast)
        rng = random.Random(f"fresh {at}")
        while True:
            one = world.sample(rng.randrange(10**9)).characters[0]
            if one.kind == kinds[at % len(kinds)] and cover_of(one.kind):
                break
        cast.append(replace(one, name=f"fresh{at}"))
    return cast[first : first + count]

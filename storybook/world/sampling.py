"""Chooses characters, acts, framings and scenes from a seed; knows no pixels and no captions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from storybook.world.placing import place_all
from storybook.world.tables import Table, colours, cover_of, table
from storybook.world.values import QUIET, Act, Character, Framed, Weights, Widths

Fixed = str | None | tuple[str | None, ...]
_ACT_KEYS = ("pose", "view", "expression", "hat", "prop")
_PICTURE_KEYS = ("framing", "scene", "style", "light")


def sample(seed: int, widths: Widths = QUIET, cast: Sequence[Character] = (), **fixed: Fixed) -> Framed:
    """Choose a picture from a seed.

    `cast` gives the characters, else they are sampled. `fixed` sets pose, view, framing, expression, hat, prop, scene,
    style or light, and leaves every other choice of this seed as it is; hat=None and prop=None forbid them. A tuple
    fixes pose, view, expression, hat or prop for each character on its own.
    """
    _check(fixed)
    rng = random.Random(seed)
    count = int(_pick(rng, widths.counts))
    sampled = tuple(_character_or_named(rng, widths) for _ in range(count))
    characters = tuple(cast) or sampled
    framing = str(fixed.get("framing") or _pick(rng, widths.framings))
    if len(characters) > 1 and "framing" not in fixed and framing == "close-up":
        framing = "full body"
    acts = []
    for index in range(len(characters)):
        chosen = {key: _one(value, index) for key, value in fixed.items() if key in _ACT_KEYS}
        acts.append(_shown(_act(rng, widths, framing, chosen), characters[index], framing, chosen))
    scene, light = _scene(rng, widths)
    scene = str(fixed.get("scene") or scene)
    light = str(fixed.get("light") or light) if _is_lit(scene) else "day"
    style = str(fixed.get("style") or _pick(rng, widths.styles))
    layout = rng.randrange(1 << 16) % widths.layouts
    places = place_all(rng, characters, tuple(acts), framing, widths.jitter)
    return Framed(characters, tuple(acts), framing, scene, style, light, places, seed, layout)


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


@cache
def named_character(index: int) -> Character:
    """Return one of the named training characters, the same one forever."""
    names = table("looks")["names"]
    if not 0 <= index < names["count"]:
        raise ValueError(f"named characters are numbered 0 to {names['count'] - 1}, not {index}")
    return replace(random_character(random.Random(index * 31337 + 11)), name=_names()[index])


@cache
def _names() -> list[str]:
    names, rng = table("looks")["names"], random.Random(5)
    made: list[str] = []
    while len(made) < names["count"]:
        name = "".join(rng.choice(names["syllables"]) for _ in range(rng.choice((2, 2, 3))))
        if name not in made:
            made.append(name)
    return made


def _check(fixed: dict[str, Fixed]) -> None:
    unknown = set(fixed) - {*_ACT_KEYS, *_PICTURE_KEYS}
    if unknown:
        raise TypeError(f"cannot fix {', '.join(sorted(unknown))}; only {', '.join(_ACT_KEYS + _PICTURE_KEYS)}")


def _one(value: Fixed, index: int) -> str | None:
    return value[index] if isinstance(value, tuple) else value


def _pick(rng: random.Random, weights: Weights) -> str:
    return rng.choices([word for word, _ in weights], [weight for _, weight in weights])[0]


def _character_or_named(rng: random.Random, widths: Widths) -> Character:
    named = rng.random() < widths.named
    index = rng.randrange(table("looks")["names"]["count"])
    character = random_character(rng, widths)
    return named_character(index) if named else character


def _any_character(rng: random.Random, widths: Widths) -> Character:
    kind = _pick(rng, widths.kinds)
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
    marks: Table = looks["marks"]
    count = int(_pick(rng, tuple(looks["mark_counts"].items())))
    fitting = [mark for mark, facts in marks.items() if kind not in facts.get("not_for", ())]
    chosen = rng.sample(fitting, count)
    if {"glasses", "eyepatch"} <= set(chosen):
        chosen.remove("eyepatch")
    return tuple((mark, rng.choice(colours("outfit")) if marks[mark]["coloured"] else "") for mark in chosen)


def _act(rng: random.Random, widths: Widths, framing: str, fixed: dict[str, str | None]) -> Act:
    acts = table("acts")
    pose = _pick(rng, widths.poses)
    if framing not in acts["poses"][pose]["shown_in"]:
        pose = "standing"
    thing = rng.choice(list(acts["props"]))
    prop = f"{rng.choice(acts['prop_colours'])} {thing}" if acts["props"][thing] else thing
    hat = rng.choice(list(acts["hats"]))
    chosen: dict[str, Any] = {
        "pose": pose,
        "view": _pick(rng, widths.views),
        "expression": _pick(rng, widths.expressions),
        "hat": hat if rng.random() < widths.hats else None,
        "prop": prop if rng.random() < widths.props and framing != "close-up" else None,
    }
    flip = rng.random() < 0.5 and widths.flips
    tilt = 7.0 * widths.jitter * rng.uniform(-1.0, 1.0)
    return Act(**{**chosen, **fixed}, flip=flip, tilt=tilt)


def _shown(act: Act, character: Character, framing: str, fixed: dict[str, str | None]) -> Act:
    """Put right what would leave nothing to see, unless it is asked for."""
    if framing == "close-up" and act.view == "from behind" and "view" not in fixed:
        act = replace(act, view="from front")
    one_eyed = act.view == "from side" and ("eyepatch", "") in character.marks
    if one_eyed and act.expression == "closed eyes" and "expression" not in fixed:
        act = replace(act, expression="smile")
    hands_taken = act.pose == "arms up" or (act.pose == "waving" and act.view == "from side")
    if act.prop and hands_taken and "pose" not in fixed and "prop" in fixed:
        act = replace(act, pose="standing")
    elif act.prop and hands_taken and "prop" not in fixed:
        act = replace(act, prop=None)
    return act


def _is_lit(scene: str) -> bool:
    return bool(table("acts")["scenes"].get(scene, {}).get("lit", False))


def _scene(rng: random.Random, widths: Widths) -> tuple[str, str]:
    scene = rng.choice(list(table("acts")["scenes"]))
    plain = rng.choice(["white", "white", *colours("background")])
    night = rng.random() < widths.night
    if rng.random() >= widths.scenes:
        scene = f"{plain} background"
    return scene, "night" if night else "day"

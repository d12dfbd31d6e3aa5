"""Chooses acts, framings and scenes from a seed; knows no pixels and no captions."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from storybook.world.characters import named_or_random, pick, random_character
from storybook.world.placing import place_all
from storybook.world.tables import colours, is_lit, table
from storybook.world.values import Act, Character, Framed
from storybook.world.widths import QUIET, Widths
from storybook.world.words import vocabulary

__all__ = ["MOST_CHARACTERS", "random_character", "sample"]

Fixed = str | None | tuple[str | None, ...]
_ACT_KEYS = ("pose", "view", "expression", "hat", "prop")
MOST_CHARACTERS = 4


def sample(
    seed: int, widths: Widths = QUIET, cast: Sequence[Character] = (), **fixed: Fixed
) -> Framed:
    """Choose a picture from a seed.

    `cast` gives the characters, else they are sampled. `fixed` sets pose, view, framing,
    expression, hat, prop, scene, style or light, and leaves every other choice of this seed as it
    is, as far as they go together; hat=None and prop=None forbid them. A tuple fixes pose, view,
    expression, hat or prop for each character on its own. Raises TypeError for what cannot be
    fixed, ValueError for unknown words and for more than four characters.
    """
    _check(fixed)
    rng = random.Random(seed)
    count = int(pick(rng, widths.counts))
    sampled = tuple(named_or_random(rng, widths) for _ in range(count))
    characters = tuple(cast) or sampled
    if len(characters) > MOST_CHARACTERS:
        raise ValueError(f"a picture holds {MOST_CHARACTERS} characters, not {len(characters)}")
    framing = _framing(rng, widths, len(characters), fixed)
    acts = tuple(
        _act(rng, widths, framing, character, _for_one(fixed, index))
        for index, character in enumerate(characters)
    )
    scene, light = _scene(rng, widths)
    scene = str(fixed.get("scene") or scene)
    light = str(fixed.get("light") or light) if is_lit(scene) else "day"
    style = pick(rng, widths.styles)
    style = str(fixed.get("style") or style)
    layout = rng.randrange(1 << 16) % widths.layouts
    places = place_all(rng, characters, acts, framing, widths.jitter)
    return Framed(characters, acts, framing, scene, style, light, places, seed, layout)


def _check(fixed: dict[str, Fixed]) -> None:
    known = _fixable()
    for key, value in fixed.items():
        if key not in known:
            raise TypeError(f"cannot fix {key}; what can be fixed is {', '.join(known)}")
        for word in value if isinstance(value, tuple) else (value,):
            if word is None and key in ("hat", "prop"):
                continue
            if word not in known[key]:
                raise ValueError(f"no {key} is called {word}; there are {', '.join(known[key])}")


@cache
def _fixable() -> dict[str, list[str]]:
    words = vocabulary()
    known = {key: words[key] for key in ("pose", "view", "expression", "hat", "framing", "style")}
    known["prop"] = [prop.removeprefix("holding ") for prop in words["prop"]]
    return known | {"scene": words["scene"] + words["background"], "light": words["light"]}


def _for_one(fixed: dict[str, Fixed], index: int) -> dict[str, str | None]:
    return {
        key: value[index] if isinstance(value, tuple) else value
        for key, value in fixed.items()
        if key in _ACT_KEYS
    }


def _framing(rng: random.Random, widths: Widths, count: int, fixed: dict[str, Fixed]) -> str:
    framing = pick(rng, widths.framings)
    if fixed.get("framing"):
        return str(fixed["framing"])
    return "full body" if count > 1 and framing == "close-up" else framing


def _act(
    rng: random.Random,
    widths: Widths,
    framing: str,
    character: Character,
    fixed: dict[str, str | None],
) -> Act:
    acts = table("acts")
    pose = pick(rng, widths.poses)
    if framing not in acts["poses"][pose]["shown_in"]:
        pose = "standing"
    thing = rng.choice(list(acts["props"]))
    prop = f"{rng.choice(acts['prop_colours'])} {thing}" if acts["props"][thing] else thing
    hat = rng.choice(list(acts["hats"]))
    chosen: dict[str, Any] = {
        "pose": pose,
        "view": pick(rng, widths.views),
        "expression": pick(rng, widths.expressions),
        "hat": hat if rng.random() < widths.hats else None,
        "prop": prop if rng.random() < widths.props and framing != "close-up" else None,
    }
    flip = rng.random() < 0.5 and widths.flips
    tilt = 7.0 * widths.jitter * rng.uniform(-1.0, 1.0)
    act = Act(**{**chosen, **fixed}, flip=flip, tilt=tilt)
    return _shown(act, character, framing, fixed)


def _shown(act: Act, character: Character, framing: str, fixed: dict[str, str | None]) -> Act:
    """Put right what would leave nothing to see, unless it is asked for."""
    if framing == "close-up" and act.view == "from behind" and "view" not in fixed:
        act = replace(act, view="from front")
    one_eyed = act.view == "from side" and character.wears("eyepatch")
    if one_eyed and act.expression == "closed eyes" and "expression" not in fixed:
        act = replace(act, expression="smile")
    hands_taken = act.pose == "arms up" or (act.pose == "waving" and act.view == "from side")
    if act.prop and hands_taken and "prop" not in fixed:
        return replace(act, prop=None)
    if act.prop and hands_taken and "pose" not in fixed:
        return replace(act, pose="standing")
    return act


def _scene(rng: random.Random, widths: Widths) -> tuple[str, str]:
    scene = rng.choice(list(table("acts")["scenes"]))
    plain = rng.choice(["white", "white", *colours("background")])
    night = rng.random() < widths.night
    if rng.random() >= widths.scenes:
        scene = f"{plain} background"
    return scene, "night" if night else "day"

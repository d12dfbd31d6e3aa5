"""Says what is true in a picture: slots, tags, training captions, sentences; knows no pixels."""

from __future__ import annotations

import random

from storybook.world.props import prop_parts
from storybook.world.tables import cover_of, table
from storybook.world.values import Act, Character, Framed

_SIDES = {1: ("",), 2: ("left", "right"), 3: ("left", "middle", "right"), 4: ("far left", "left", "right", "far right")}
_LONGEST = {2: 8, 3: 5, 4: 4}
# How often words that say the usual are written at all: people rarely tag what goes without saying.
_SPOKEN = {"from front": 0.4, "day": 0.35, "standing": 0.85, "flat color": 0.85}
_LOOKS_KEPT_BESIDE_A_NAME = 0.12
_NAMED_WITH_ALL_LOOKS = 0.25


def looks_of(character: Character, act: Act | None = None, framing: str = "full body") -> dict[str, str]:
    """Return slot -> tag of what a character looks like, leaving out what the view or the framing hides."""
    behind = act is not None and act.view == "from behind"
    slots = {"skin": f"{character.cover} {cover_of(character.kind)}"}
    if character.hair:
        slots["hair"] = character.hair
        slots["hair_colour"] = f"{character.hair_colour} hair"
    covered = act is not None and act.view == "from side" and ("eyepatch", "") in character.marks
    if not behind and not covered and (act is None or act.expression != "closed eyes"):
        slots["eyes"] = f"{character.eyes} eyes"
    if framing != "close-up":
        slots["outfit"] = character.outfit
        slots["outfit_colour"] = f"{character.outfit_colour} {character.outfit}"
    for mark, tint in character.marks:
        if not behind or table("looks")["marks"][mark]["behind"]:
            slots[f"mark_{mark}"] = f"{tint} {mark}".strip()
    return slots


def doings_of(act: Act, framing: str) -> dict[str, str]:
    """Return slot -> tag of what a character does, as far as it shows."""
    slots: dict[str, str] = {}
    if framing in table("acts")["poses"][act.pose]["shown_in"]:
        slots["pose"] = act.pose
    slots["view"] = act.view
    if act.view != "from behind":
        slots["expression"] = act.expression
    if act.hat:
        slots["hat"] = act.hat
    if act.prop and framing != "close-up":
        slots["prop"] = f"holding {act.prop}"
    return slots


def _setting_of(spec: Framed) -> dict[str, str]:
    slots = {"framing": spec.framing, "scene": spec.scene}
    if table("acts")["scenes"].get(spec.scene, {}).get("lit", False):
        slots["light"] = spec.light
    return slots | {"style": spec.style}


def tags_of(spec: Framed) -> dict[str, str]:
    """Return slot -> tag of everything that is true in the picture.

    With several characters the slots of each are prefixed with its side ("left ", "right "). The outfit has two slots:
    "outfit" ("dress") and "outfit_colour" ("red dress"), of which captions write the second.
    """
    sides = _SIDES[len(spec.characters)]
    slots = {"count": _count_tag(spec)}
    for side, character, act in zip(sides, spec.characters, spec.acts, strict=True):
        own = {"kind": character.kind, **looks_of(character, act, spec.framing), **doings_of(act, spec.framing)}
        prefix = f"{side} " if side else ""
        slots |= {prefix + slot: tag for slot, tag in own.items()}
    return slots | _setting_of(spec)


def _count_tag(spec: Framed) -> str:
    count = len(spec.characters)
    return f"1{spec.characters[0].kind}" if count == 1 else f"{count} characters"


def caption(spec: Framed, rng: random.Random, drop: float = 0.05, trigger: bool = False) -> str:
    """Write a training caption: kind (and name) first, then shuffled tags, some dropped.

    A named character is called by its name, mostly without its looks. A cast character is called by its trigger only
    if asked for, and then without the tags that a user would prune.
    """
    setting = _spoken(list(_setting_of(spec).values()), rng, drop)
    if len(spec.characters) == 1:
        words = _words_of(spec, 0, rng, drop, trigger)
        name = [word for word in words[:1] if word == spec.characters[0].name]
        rest = words[len(name) :] + setting
        rng.shuffle(rest)
        head = [_count_tag(spec), "solo"]
        # People write a trigger before or after the kind; the base learns both.
        head = [*name, *head] if rng.random() < 0.5 else [*head, *name]
        return ", ".join([*head, *rest])
    rng.shuffle(setting)
    parts = [_count_tag(spec), *setting]
    longest = _LONGEST[len(spec.characters)]
    for index, side in enumerate(_SIDES[len(spec.characters)]):
        words = _words_of(spec, index, rng, drop, trigger)
        parts.append(f"{side}: " + ", ".join([spec.characters[index].kind, *words[:longest]]))
    return ", ".join(parts)


def _words_of(spec: Framed, index: int, rng: random.Random, drop: float, trigger: bool) -> list[str]:
    character, act = spec.characters[index], spec.acts[index]
    looks = looks_of(character, act, spec.framing)
    looks.pop("outfit", None)
    words = list(looks.values())
    name: list[str] = []
    if character.looks:
        words = _cast_words(character, words, trigger)
        name = [character.name] if trigger else []
    elif character.name:
        name = [character.name]
        if rng.random() > _NAMED_WITH_ALL_LOOKS:
            words = [word for word in words if rng.random() < _LOOKS_KEPT_BESIDE_A_NAME]
    rest = _spoken(words + list(doings_of(act, spec.framing).values()), rng, drop)
    rng.shuffle(rest)
    return name + rest


def _cast_words(character: Character, shown: list[str], trigger: bool) -> list[str]:
    words = [word for word in shown if word in character.looks or word in character.prune]
    own = [f"{character.outfit_colour} {character.outfit}"]
    words += [word for word in shown if word in own and word not in words]
    return [word for word in words if word not in character.prune] if trigger else words


def _spoken(tags: list[str], rng: random.Random, drop: float) -> list[str]:
    return [tag for tag in tags if rng.random() < _SPOKEN.get(tag, 1.0) and rng.random() >= drop]


def sentence_of(spec: Framed) -> str:
    """Write one plain sentence about the picture."""
    scenes = table("acts")["scenes"]
    where = scenes[spec.scene]["place"] if spec.scene in scenes else f"before a {spec.scene}"
    when = " at night" if tags_of(spec).get("light") == "night" else ""
    figures = [_phrase(character, act, spec.framing) for character, act in zip(spec.characters, spec.acts, strict=True)]
    who = figures[0] if len(figures) == 1 else ", ".join(figures[:-1]) + " and " + figures[-1]
    return f"{who[0].upper()}{who[1:]} {where}{when}, {spec.framing}, {spec.style}."


def _phrase(character: Character, act: Act, framing: str) -> str:
    looks, doings = looks_of(character, act, framing), doings_of(act, framing)
    kind = character.kind
    who = character.name or f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    details = [looks["skin"]]
    if "hair" in looks:
        details.append(f"{character.hair_colour} {character.hair}")
    details += [looks[slot] for slot in looks if slot == "eyes" or slot.startswith("mark_")]
    wearing = [looks["outfit_colour"]] if "outfit_colour" in looks else []
    wearing += [doings["hat"]] if "hat" in doings else []
    parts = [f"{who} with {_listed(details)}"]
    if wearing:
        parts.append(f"wearing {_listed([_with_article(word) for word in wearing])}")
    parts += [doings[slot] for slot in ("pose",) if slot in doings]
    if act.prop and "prop" in doings:
        thing, tint = prop_parts(act.prop)
        parts.append(f"holding {_with_article(f'{tint} {thing}'.strip())}")
    return ", ".join(parts)


def _with_article(word: str) -> str:
    if word.endswith("overalls"):
        return word
    return f"{'an' if word[0] in 'aeiou' else 'a'} {word}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]

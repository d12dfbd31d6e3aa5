"""Says what a picture lets one see of a character, slot by slot; knows no pixels and no network.

What is hidden is not asked. The rules are those of `world.truth`; where several answers look the
same (a mask from behind is no mask; nothing tells a curly girl from a curly boy), all are right.
"""

from __future__ import annotations

from dataclasses import replace

from storybook.oracle.slots import (
    HAIRS,
    NEW_HAIRS,
    NEW_OUTFITS,
    NO,
    NONE,
    PATTERNS,
    PLAIN_MARKS,
    TINTED_MARKS,
    YES,
)
from storybook.world.tables import cover_of, is_lit, prop_parts, table
from storybook.world.truth import doings_of, looks_of
from storybook.world.values import Act, Character, Framed

_SECONDS = ("zigzag shirt", "striped shirt")
"""Outfits of which the second colour is large enough to be read."""
_COVERING = ("long hair", "bob cut", "curly hair", "ponytail")
"""Hair that hangs in one colour over the back of the head."""
_TALL_HATS = ("witch hat", "christmas hat")
"""Hats that reach over an antenna's heart."""
_BY_LOOKS = {
    "cover": "skin",
    "hair_second": "hair_colour",
    "outfit_second": "outfit_colour",
    "sign_colour": "sign",
    **{mark: f"mark_{mark}" for mark in (*PLAIN_MARKS, *TINTED_MARKS)},
}
"""The slot of `world.truth` whose rule decides, where it has another name."""
_ALWAYS = ("kind", "view", "hat", "ears", "pattern_colour")


def facts_of(character: Character, act: Act) -> dict[str, str]:
    """Slot -> answer for everything that such a character can have, seen or not."""
    marks, cover = dict(character.marks), cover_of(character.kind)
    facts = {"kind": character.kind, "cover": character.cover, "eyes": character.eyes}
    if cover == "skin":
        facts |= {"hair": character.hair, "hair_colour": character.hair_colour}
        facts["hair_second"] = character.hair_second or NONE
    else:
        facts["pattern"] = character.pattern or NONE
        if character.pattern:
            facts["pattern_colour"] = character.pattern_colour
    if cover == "fur":
        facts["ears"] = character.ears or NONE
    if cover == "metal":
        facts["antenna"] = character.antenna
    facts["sign"] = character.sign or NONE
    if character.sign:
        facts["sign_colour"] = character.sign_colour
    fitting = table("looks")["marks"]
    for mark in (*PLAIN_MARKS, *TINTED_MARKS):
        if character.kind not in fitting[mark].get("not_for", ()):
            absent, present = (NO, YES) if mark in PLAIN_MARKS else (NONE, marks.get(mark, ""))
            facts[mark] = present if mark in marks else absent
    facts |= {"outfit": character.outfit, "outfit_colour": character.outfit_colour}
    if character.outfit in _SECONDS:
        facts["outfit_second"] = character.outfit_second or NONE
    return facts | {"cape": character.cape or NONE} | _acted(act)


def _acted(act: Act) -> dict[str, str]:
    facts = {"pose": act.pose, "view": act.view, "expression": act.expression}
    facts |= {"hat": act.hat or NONE, "prop": NONE}
    if act.prop:
        thing, tint = prop_parts(act.prop)
        facts |= {"prop": thing, "prop_colour": tint} if tint else {"prop": thing}
    return facts


def asked(character: Character, act: Act, framing: str) -> dict[str, frozenset[str]]:
    """Slot -> the answers that are right, for what view and framing show."""
    facts, seen = facts_of(character, act), _seen(character, act, framing)
    right = {slot: frozenset({facts[slot]}) for slot in facts if _BY_LOOKS.get(slot, slot) in seen}
    right["kind"] = _alike_kinds(character, "outfit" in seen)
    if "hair" in facts and "hair" not in seen:
        alike = (hair for hair in HAIRS if not _shows_hair(character, hair, act, framing))
        right["hair"] = frozenset(alike)
    if "pattern" in facts:
        right["pattern"] = _alike_patterns(character, act, framing)
        if right["pattern"] != {character.pattern}:
            right.pop("pattern_colour", None)
    for slot in _covered(character, act, framing):
        right.pop(slot, None)
    return right


def _covered(character: Character, act: Act, framing: str) -> set[str]:
    """The slots that clothes, hats or hair of this character hide, beyond the rules of `truth`."""
    behind, covered = act.view == "from behind", set[str]()
    if (behind and character.hair in _COVERING) or (act.hat and character.hair == "curly hair"):
        covered.add("hair_second")
    if behind and character.cape:
        covered |= {"outfit", "outfit_second"}
        # Only sleeves are left to be seen, and those of overalls are not of its colour.
        covered |= {"outfit_colour"} if character.outfit == "overalls" else set()
    if framing == "upper body" and act.view not in ("from behind", "from side"):
        covered.add("cape")
    if behind or (act.hat and character.kind in ("cat", "fox", "bear")):
        covered.add("ears")
    if act.hat in _TALL_HATS:
        covered.add("antenna")
    return covered


def _seen(character: Character, act: Act, framing: str) -> set[str]:
    """The slots of `world.truth` that the picture shows of a character that has everything."""
    everything = ("sign", "cape", "antenna", *(f"mark_{m}" for m in (*PLAIN_MARKS, *TINTED_MARKS)))
    full = replace(character, words=tuple((slot, slot) for slot in everything))
    seen = set(looks_of(full, act, framing)) | set(_ALWAYS)
    held = doings_of(replace(act, prop="apple"), framing)
    return seen | set(held) | ({"prop_colour"} if "prop" in held else set())


def _shows_hair(character: Character, hair: str, act: Act, framing: str) -> bool:
    return "hair" in looks_of(replace(character, hair=hair, words=()), act, framing)


def _alike_patterns(character: Character, act: Act, framing: str) -> frozenset[str]:
    """The pattern, or everything that looks like none if it does not show."""

    def shows(pattern: str) -> bool:
        one = replace(character, pattern=pattern, words=(("pattern", pattern),))
        return "pattern" in looks_of(one, act, framing)

    if character.pattern and shows(character.pattern):
        return frozenset({character.pattern})
    return frozenset({NONE, *(pattern for pattern in PATTERNS if not shows(pattern))})


def _alike_kinds(character: Character, dressed: bool) -> frozenset[str]:
    """Girls and boys are drawn alike: only a hair shape or a dress of one of them tells."""
    if not character.hair:
        return frozenset({character.kind})
    fitting = {character.kind}
    for kind, facts in table("looks")["kinds"].items():
        by_hair = character.hair in (*facts.get("hairs", ()), *NEW_HAIRS)
        by_outfit = not dressed or character.outfit in (*facts["outfits"], *NEW_OUTFITS)
        if facts["cover"] == "skin" and by_hair and by_outfit:
            fitting.add(kind)
    return frozenset(fitting)


def asked_of_picture(spec: Framed) -> dict[str, frozenset[str]]:
    """Slot -> right answers for the picture as a whole; an empty one has no framing."""
    facts = {"count": str(len(spec.characters)), "scene": spec.scene, "style": spec.style}
    if spec.characters:
        facts["framing"] = spec.framing
    if is_lit(spec.scene):
        facts["light"] = spec.light
    return {slot: frozenset({answer}) for slot, answer in facts.items()}

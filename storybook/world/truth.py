"""Says what is true and visible in a picture, slot by slot; writes no captions."""

from __future__ import annotations

from storybook.world.tables import cover_of, is_lit, table
from storybook.world.values import Act, Character, Framed

SIDES: dict[int, tuple[str, ...]] = {
    1: ("",),
    2: ("left", "right"),
    3: ("left", "middle", "right"),
    4: ("far left", "left", "right", "far right"),
}

_FACE_PATTERNS = ("mask", "patch")
_ALIKE_FROM_BEHIND = ("short hair", "spiky hair", "bowl cut")


def looks_of(character: Character, act: Act, framing: str) -> dict[str, str]:
    """Return slot -> tag of what a character looks like, as far as view and framing show it."""
    cover = cover_of(character.kind)
    slots = {"skin": f"{character.cover} {cover}"}
    if character.hair:
        slots["hair"] = character.hair
        slots["hair_colour"] = f"{character.hair_colour} hair"
    slots["eyes"] = f"{character.eyes} eyes"
    slots["outfit"] = character.outfit
    slots["outfit_colour"] = f"{character.outfit_colour} {character.outfit}"
    slots |= {f"mark_{mark}": f"{tint} {mark}".strip() for mark, tint in character.marks}
    slots |= dict(character.words)
    return {slot: tag for slot, tag in slots.items() if _is_seen(slot, character, act, framing)}


def _is_seen(slot: str, character: Character, act: Act, framing: str) -> bool:
    """Say whether the picture shows what a slot of the looks says."""
    behind = act.view == "from behind"
    if slot == "eyes":
        return _shows_iris(character, act)
    if slot == "sign" or (slot == "pattern" and character.pattern in _FACE_PATTERNS):
        return not behind
    if slot == "hair":
        return not (behind and character.hair in _ALIKE_FROM_BEHIND)
    if slot in ("outfit", "outfit_colour", "cape"):
        return framing != "close-up"
    if slot.startswith("mark_"):
        seen_behind = table("looks")["marks"][slot.removeprefix("mark_")]["behind"]
        return bool(seen_behind) or not behind
    return True


def _shows_iris(character: Character, act: Act) -> bool:
    patched = act.view == "from side" and character.wears("eyepatch")
    return act.view != "from behind" and act.expression != "closed eyes" and not patched


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


def setting_of(spec: Framed) -> dict[str, str]:
    """Return slot -> tag of framing, scene or background, light (where it differs) and style."""
    slots = {"framing": spec.framing, "scene": spec.scene}
    if is_lit(spec.scene):
        slots["light"] = spec.light
    return slots | {"style": spec.style}


def count_tag(spec: Framed) -> str:
    """Return "1girl", "1fox"… or "2 characters"…"""
    count = len(spec.characters)
    return f"1{spec.characters[0].kind}" if count == 1 else f"{count} characters"


def tags_of(spec: Framed) -> dict[str, str]:
    """Return slot -> tag of everything that is true in the picture.

    With several characters the slots of each are prefixed with its side ("left ", "right "). The
    outfit has two slots: "outfit" ("dress") and "outfit_colour" ("red dress"); captions write the
    second.
    """
    slots = {"count": count_tag(spec)}
    sides = SIDES[len(spec.characters)]
    for side, character, act in zip(sides, spec.characters, spec.acts, strict=True):
        looks, doings = looks_of(character, act, spec.framing), doings_of(act, spec.framing)
        prefix = f"{side} " if side else ""
        own = {"kind": character.kind, **looks, **doings}
        slots |= {prefix + slot: tag for slot, tag in own.items()}
    return slots | setting_of(spec)

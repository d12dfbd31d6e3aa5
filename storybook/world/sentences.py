"""Says a picture in one plain sentence; what is true it asks `truth`."""

from __future__ import annotations

from storybook.world.tables import is_plain, prop_parts, table
from storybook.world.truth import SIDES, doings_of, looks_of, setting_of
from storybook.world.values import Act, Character, Framed


def sentence_of(spec: Framed) -> str:
    """Write one plain sentence about the picture, of what is visible in it."""
    setting = setting_of(spec)
    where = f"before {_with_article(spec.scene)}"
    if not is_plain(spec.scene):
        where = str(table("acts")["scenes"][spec.scene]["place"])
    when = " at night" if setting.get("light") == "night" else ""
    figures = [
        _figure(character, act, spec.framing)
        for character, act in zip(spec.characters, spec.acts, strict=True)
    ]
    if len(figures) > 1:
        sides = SIDES[len(figures)]
        figures = [f"on the {side} {who}" for side, who in zip(sides, figures, strict=True)]
    who = "; ".join(figures)
    return f"{who[0].upper()}{who[1:]}, {where}{when}, {spec.framing}, {spec.style}."


def _figure(character: Character, act: Act, framing: str) -> str:
    looks, doings = looks_of(character, act, framing), doings_of(act, framing)
    parts = [f"{character.name or _with_article(character.kind)} with {_listed(_body(looks))}"]
    wearing = [looks[slot] for slot in ("outfit_colour", "cape") if slot in looks]
    wearing += [doings["hat"]] if "hat" in doings else []
    if wearing:
        parts.append(f"wearing {_listed([_with_article(word) for word in wearing])}")
    if "pose" in doings:
        parts.append("with arms up" if act.pose == "arms up" else act.pose)
    if act.prop and "prop" in doings:
        thing, tint = prop_parts(act.prop)
        parts.append(f"holding {_with_article(f'{tint} {thing}'.strip())}")
    said = table("acts")["said"]
    parts += [said[doings[slot]] for slot in ("expression", "view") if doings.get(slot) in said]
    return ", ".join(parts)


def _body(looks: dict[str, str]) -> list[str]:
    words = [looks["skin"]]
    if "hair_colour" in looks:
        colour = looks["hair_colour"].removesuffix(" hair")
        words.append(f"{colour} {looks.get('hair', 'hair')}")
    for slot, tag in looks.items():
        if slot in ("eyes", "pattern", "antenna", "sign") or slot.startswith("mark_"):
            words.append(_with_article(tag))
    return words


def _with_article(words: str) -> str:
    """Put "a" or "an" before one thing; leave alone what comes in the plural or uncounted."""
    if words.endswith("s") and not words.endswith("dress"):
        return words
    return f"{'an' if words[0] in 'aeiou' else 'a'} {words}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"

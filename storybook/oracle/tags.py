"""Translates between answers and tags, those of `truth.tags_of` and of users; reads no picture."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from storybook.oracle.slots import CHARACTER, NONE, OUTFITS, PICTURE, PLAIN_MARKS, TINTED_MARKS
from storybook.oracle.slots import HAIRS as _HAIRS
from storybook.world.tables import colours, cover_of, prop_parts, table
from storybook.world.words import vocabulary

Wanted = dict[str, frozenset[str]]


@dataclass(frozen=True)
class Meaning:
    """The answers that make a tag true: of one character, of the picture; every slot must fit."""

    character: Wanted = field(default_factory=dict)
    picture: Wanted = field(default_factory=dict)


def tags_from(facts: Mapping[str, str]) -> dict[str, str]:
    """Slot of `truth.tags_of` -> tag, for the answers about one character (see `facts_of`).

    What has no tag there (capes, patterns, second colours…) is left out.
    """
    tags = {
        slot: facts[slot] for slot in ("kind", "hair", "outfit", "pose", "view") if slot in facts
    }
    if "expression" in facts:
        tags["expression"] = facts["expression"]
    if {"kind", "cover"} <= set(facts):
        tags["skin"] = f"{facts['cover']} {cover_of(facts['kind'])}"
    if "hair_colour" in facts:
        tags["hair_colour"] = f"{facts['hair_colour']} hair"
    if "eyes" in facts:
        tags["eyes"] = f"{facts['eyes']} eyes"
    if {"outfit", "outfit_colour"} <= set(facts):
        tags["outfit_colour"] = f"{facts['outfit_colour']} {facts['outfit']}"
    tags |= {f"mark_{mark}": mark for mark in PLAIN_MARKS if facts.get(mark) == "yes"}
    worn = {mark: facts.get(mark, NONE) for mark in TINTED_MARKS}
    tags |= {f"mark_{mark}": f"{tint} {mark}" for mark, tint in worn.items() if tint != NONE}
    if facts.get("hat", NONE) != NONE:
        tags["hat"] = facts["hat"]
    if facts.get("prop", NONE) != NONE:
        tags["prop"] = " ".join(("holding", facts.get("prop_colour", ""), facts["prop"])).replace(
            "  ", " "
        )
    return tags


def meaning(tag: str) -> Meaning:
    """What a tag says: any of the world's vocabulary, and the words of casts ("purple cape").

    A colour's word means every colour that people call so: "teal eyes" are teal or turquoise.

    Raises:
        BadInput: no such tag is known.
    """
    known = _lexicon()
    if tag not in known:
        raise BadInput(f"No tag is called '{tag}'.", did_you_mean(tag, known))
    return known[tag]


@cache
def _said() -> dict[str, dict[str, list[str]]]:
    path = Path(__file__).with_name("said.toml")
    return tomllib.loads(path.read_text(encoding="utf-8"))


def called(word: str, slot: str) -> frozenset[str]:
    """The answers of a slot of colours that people call by a word."""
    said = _said()["colours"]
    return frozenset(
        tint for tint in CHARACTER.answers[slot] if word == tint or word in said.get(tint, ())
    )


@cache
def _lexicon() -> dict[str, Meaning]:
    tints = [*colours("outfit"), *(t for f in ("skin", "hair", "fur", "eyes") for t in colours(f))]
    tints += [word for tint, words in _said()["colours"].items() for word in (tint, *words)]
    tags = _of_colours(dict.fromkeys(tints))
    tags |= {hair: Meaning({"hair": frozenset({hair})}) for hair in _HAIRS}
    tags |= {outfit: Meaning({"outfit": frozenset({outfit})}) for outfit in OUTFITS}
    for word, (slot, answer) in _said()["words"].items():
        every = frozenset(CHARACTER.answers[slot]) - {NONE}
        tags[word] = Meaning({slot: every if answer == "*" else frozenset({answer})})
    return tags | _of_vocabulary(vocabulary())


def _of_colours(tints: Iterable[str]) -> dict[str, Meaning]:
    tags = {}
    for tint in tints:
        for cover in ("skin", "fur", "metal"):
            kinds = frozenset(k for k in table("looks")["kinds"] if cover_of(k) == cover)
            tags[f"{tint} {cover}"] = Meaning({"kind": kinds, "cover": called(tint, "cover")})
        tags[f"{tint} hair"] = Meaning({"hair_colour": called(tint, "hair_colour")})
        tags[f"{tint} eyes"] = Meaning({"eyes": called(tint, "eyes")})
        for slot in (*TINTED_MARKS, "cape"):
            tags[f"{tint} {slot}"] = Meaning({slot: called(tint, slot)})
        for outfit in OUTFITS:
            wanted = {"outfit": frozenset({outfit}), "outfit_colour": called(tint, "outfit_colour")}
            tags[f"{tint} {outfit}"] = Meaning(wanted)
    # A word that a slot has no colour for says nothing there.
    return {tag: one for tag, one in tags.items() if all(one.character.values())}


def _of_vocabulary(words: dict[str, list[str]]) -> dict[str, Meaning]:
    tags: dict[str, Meaning] = {}
    for family in ("pose", "view", "expression", "hat", "kind"):
        tags |= {word: Meaning({family: frozenset({word})}) for word in words[family]}
    tags |= {mark: Meaning({mark: frozenset({"yes"})}) for mark in PLAIN_MARKS}
    for prop in words["prop"]:
        thing, tint = prop_parts(prop.removeprefix("holding "))
        wanted: Any = {"prop": frozenset({thing})}
        tags[prop] = Meaning(wanted | ({"prop_colour": frozenset({tint})} if tint else {}))
    for family in ("framing", "scene", "background", "light", "style"):
        slot = "scene" if family == "background" else family
        tags |= {word: Meaning(picture={slot: frozenset({word})}) for word in words[family]}
    one = {"count": frozenset({"1"})}
    tags |= {f"1{kind}": Meaning({"kind": frozenset({kind})}, one) for kind in words["kind"]}
    tags |= {
        f"{count} characters": Meaning(picture={"count": frozenset({count})})
        for count in PICTURE.answers["count"][2:]
    }
    return tags | {"solo": Meaning(picture=one)}

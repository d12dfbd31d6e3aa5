"""Lists every tag that the training range can have, by family; knows no pictures."""

from __future__ import annotations

from storybook.world.tables import colours, table
from storybook.world.widths import WIDE


def vocabulary() -> dict[str, list[str]]:
    """Return family -> every tag it can have, in a fixed order."""
    looks, acts = table("looks"), table("acts")
    kinds = looks["kinds"].values()
    hairs = dict.fromkeys(hair for facts in kinds for hair in facts.get("hairs", ()))
    outfits = dict.fromkeys(outfit for facts in kinds for outfit in facts["outfits"])
    marks = {mark: bool(facts["coloured"]) for mark, facts in looks["marks"].items()}
    props = _in_colours(acts["props"], acts["prop_colours"])
    return {
        "kind": list(looks["kinds"]),
        "count": _counts(list(looks["kinds"])),
        "skin": [f"{tint} skin" for tint in colours("skin")],
        "fur": [f"{tint} fur" for tint in colours("fur")],
        "metal": [f"{tint} metal" for tint in colours("metal")],
        "hair": list(hairs),
        "hair_colour": [f"{tint} hair" for tint in colours("hair")],
        "eyes": [f"{tint} eyes" for tint in colours("eyes")],
        "outfit": _in_colours(dict.fromkeys(outfits, True), colours("outfit")),
        "mark": _in_colours(marks, colours("outfit")),
        "pose": list(acts["poses"]),
        "view": list(acts["views"]),
        "framing": list(acts["framings"]),
        "expression": list(acts["expressions"]),
        "hat": list(acts["hats"]),
        "prop": [f"holding {prop}" for prop in props],
        "scene": list(acts["scenes"]),
        "background": [f"{tint} background" for tint in colours("background")],
        "light": ["day", "night"],
        "style": list(acts["styles"]),
    }


def _counts(kinds: list[str]) -> list[str]:
    several = [count for count, _ in WIDE.counts if count != "1"]
    return [f"1{kind}" for kind in kinds] + ["solo"] + [f"{count} characters" for count in several]


def _in_colours(things: dict[str, bool], tints: list[str]) -> list[str]:
    """Return each thing, in every colour if it comes in colours."""
    words = []
    for thing, coloured in things.items():
        words += [f"{tint} {thing}" for tint in tints] if coloured else [thing]
    return words

"""Lists every tag the training range can have, by family; knows no pictures."""

from __future__ import annotations

from storybook.world.tables import colours, table
from storybook.world.values import WIDE


def vocabulary() -> dict[str, list[str]]:
    """Return family -> every tag it can have, in a fixed order."""
    looks, acts = table("looks"), table("acts")
    kinds = looks["kinds"]
    hairs = dict.fromkeys(hair for facts in kinds.values() for hair in facts.get("hairs", ()))
    outfits = dict.fromkeys(outfit for facts in kinds.values() for outfit in facts["outfits"])
    held = {(combination.get("outfit_colour"), combination.get("outfit")) for combination in looks["held_out"]}
    props = [f"{tint} {thing}" if coloured else thing for thing, coloured in acts["props"].items()
             for tint in (acts["prop_colours"] if coloured else [""])]  # fmt: skip
    marks = [f"{tint} {mark}".strip() for mark, facts in looks["marks"].items()
             for tint in (colours("outfit") if facts["coloured"] else [""])]  # fmt: skip
    return {
        "kind": list(kinds),
        "count": [f"1{kind}" for kind in kinds] + ["solo"] + [f"{n} characters" for n, _ in WIDE.counts if n != "1"],
        "skin": [f"{tint} skin" for tint in colours("skin")],
        "fur": [f"{tint} fur" for tint in colours("fur")],
        "metal": [f"{tint} metal" for tint in colours("metal")],
        "hair": list(hairs),
        "hair_colour": [f"{tint} hair" for tint in colours("hair")],
        "eyes": [f"{tint} eyes" for tint in colours("eyes")],
        "outfit": [f"{tint} {outfit}" for outfit in outfits for tint in colours("outfit")
                   if (tint, outfit) not in held],
        "mark": marks,
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
    }  # fmt: skip

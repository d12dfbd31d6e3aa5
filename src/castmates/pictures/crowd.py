"""Judge whom a finder found in the pictures: cut off, several, nobody; finds nothing itself."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.pictures.coverage import Shows
from castmates.pictures.looking import Look
from castmates.pictures.remembered import Somebody
from castmates.pictures.report import Finding

_RIM = 0.01
"""Share of the side within which a box touches the edge."""
_BYSTANDER = 0.25
"""Share of the largest figure's area under which another one is a bystander."""
_COUNTS = 0.05
"""Share of the largest figure's area from which somebody counts at all."""
_PARTS = ("face", "head", "hand")


def of_crowd(looks: Sequence[Look], shows: Sequence[Shows]) -> list[Finding]:
    """Cut-off subjects, several characters, bystanders and empty pictures."""
    searched = [(look, show) for look, show in zip(looks, shows, strict=True) if _was(look)]
    groups: dict[str, list[Look]] = {}
    for look, show in searched:
        for code in _codes(look, show):
            groups.setdefault(code, []).append(look)
    return [_finding(code, groups[code]) for code in _WORDS if code in groups]


def _was(look: Look) -> bool:
    return look.found is not None


_WORDS = {
    "several-characters": (
        "warning",
        "{show} several characters.",
        "Cut them apart, one picture each: a caption cannot tell who is meant.",
    ),
    "bystanders": (
        "note",
        "{show} somebody else in the background.",
        "Cut or paint them out, or name them in the caption.",
    ),
    "cut-off": (
        "note",
        "{cut} the character off at an edge.",
        "Use the whole picture, or cut closer so that it is a portrait.",
    ),
    "nobody-found": (
        "note",
        "In {count} nobody was found.",
        "Look whether the character is there and large enough.",
    ),
}


def _finding(code: str, looks: Sequence[Look]) -> Finding:
    level, what, fix = _WORDS[code]
    one = len(looks) == 1
    count = "1 picture" if one else f"{len(looks)} pictures"
    said = what.format(
        show=f"{count} {'shows' if one else 'show'}",
        cut=f"{count} {'cuts' if one else 'cut'}",
        count=count,
    )
    return Finding.model_validate(
        {
            "code": code,
            "level": level,
            "pictures": tuple(look.name for look in looks),
            "what": said,
            "fix": fix,
        }
    )


def _codes(look: Look, show: Shows) -> list[str]:
    everybody = [one for one in look.found or () if one.name not in _PARTS]
    if not everybody:
        return [] if look.found else ["nobody-found"]
    areas = sorted((_area(one) for one in everybody), reverse=True)
    others = [area / max(areas[0], 1e-9) for area in areas[1:]]
    found = []
    if any(share >= _BYSTANDER for share in others):
        found.append("several-characters")
    elif any(share >= _COUNTS for share in others):
        found.append("bystanders")
    if _cut_off(max(everybody, key=_area), look, show):
        found.append("cut-off")
    return found


def _area(one: Somebody) -> float:
    left, top, right, bottom = one.box
    return max(right - left, 0.0) * max(bottom - top, 0.0)


def _cut_off(one: Somebody, look: Look, show: Shows) -> bool:
    """Whether an edge cuts what the framing promises to show.

    A portrait ends at the lower edge by its nature, and a close-up at any; the top of the head, one
    shoulder, or the feet of a full body are missed.
    """
    left, top, right, bottom = one.box
    rim_x, rim_y = _RIM * look.width, _RIM * look.height
    sides = (left <= rim_x) + (right >= look.width - rim_x)
    if "close-up" in show["framing"]:
        return False
    below = "full body" in show["framing"] and bottom >= look.height - rim_y
    return top <= rim_y or sides == 1 or below

"""Find which tags are the character itself; writes nothing.

What is on nearly every picture and names a trait of the body, or the usual outfit, is left out of
the captions: then only the trigger word is there to explain it, and absorbs it. What changes from
picture to picture stays in the captions, and so stays changeable. Hats, things held, poses and
places are never looks, however often they are seen: a pruned hat can never come off.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from castmates.core.types import Tag

OFTEN = 0.6
"""Share of the pictures from which a tag is a look."""

VISIBLE = {
    "hair": 0.3,
    "hair_colour": 0.3,
    "eyes": 0.3,
    "skin": 0.3,
    "fur": 0.3,
    "metal": 0.3,
    "outfit": 0.4,
}
"""Families that a view or a framing can hide (eyes from behind, clothes in a close-up), and the
share of all pictures that must show the family at all. `OFTEN` then counts among those."""

LOOKS = (*VISIBLE, "mark")

_counted = re.compile(r"^1([a-z]+)$")


def shares(tagged: Sequence[Sequence[Tag]], among: Sequence[str] = LOOKS) -> dict[str, float]:
    """Tag -> how sure it is the character's: 0..1; only tags of the families `among`."""
    if not tagged:
        return {}
    families = {tag.name: tag.family for tags in tagged for tag in tags if tag.family in among}
    seen = Counter(name for tags in tagged for name in {t.name for t in tags} & set(families))
    shown = Counter(family for tags in tagged for family in {t.family for t in tags} & set(among))
    found: dict[str, float] = {}
    for name, count in seen.items():
        family = families[name]
        least = VISIBLE.get(family)
        showing = len(tagged) if least is None else shown[family]
        hidden = least is not None and shown[family] < least * len(tagged)
        found[name] = 0.0 if hidden else count / showing
    return found


def looks_of(
    tagged: Sequence[Sequence[Tag]], often: float = OFTEN, among: Sequence[str] = LOOKS
) -> tuple[str, ...]:
    """The looks of a character, by family, most frequent first.

    Args:
        among: families; what is learned may be a style, which has no hair (`pictures.goals`).
    """
    families = {tag.name: tag.family for tags in tagged for tag in tags}
    sure = {name: share for name, share in shares(tagged, among).items() if share >= often}
    return tuple(sorted(sure, key=lambda name: (among.index(families[name]), -sure[name], name)))


def class_of(tagged: Sequence[Sequence[Tag]]) -> str:
    """What the character is ("girl", "fox"): the kind seen most, by confidence; "" when unknown."""
    sums: defaultdict[str, float] = defaultdict(float)
    for tags in tagged:
        for tag in tags:
            counted = _counted.match(tag.name) if tag.family == "count" else None
            if counted:
                sums[counted[1]] += tag.confidence
            elif tag.family == "kind":
                sums[tag.name] += tag.confidence
    best = sorted(sums.items(), key=lambda pair: (-pair[1], pair[0]))
    return best[0][0] if best else ""

"""Whether everybody looks the same on every page: drift of looks, outfit, age and height.

What is usual is what most pages show; an outfit is held against the plan, too. A tagger that has no
words for somebody's age cannot see it change, and that is said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from castmates.books.illustrating.marks import Seen
from castmates.books.plan.plan import PlannedPage
from castmates.books.values import Finding

STEADY = {
    "hair": "hair",
    "hair_colour": "hair colour",
    "eyes": "eyes",
    "skin": "skin",
    "fur": "fur",
    "metal": "metal",
    "mark": "marks",
}
"""Families of tags that never change, and how they are called."""
AGES = frozenset(
    (
        "baby",
        "toddler",
        "child",
        "teenage",
        "mature female",
        "mature male",
        "old",
        "old man",
        "old woman",
        "aged up",
        "aged down",
    )
)
HEIGHT = 0.2
"""Of two heights' ratio on one page: how far it may lie from the usual one."""
_HIDDEN = 0.3
_FEWEST = 3


@dataclass(frozen=True)
class Sighting:
    """Somebody on one page, and what the plan says of it there."""

    page: int
    seen: Seen
    outfit: str = ""
    framing: str = ""
    view: str = ""


def sightings(
    pages: Sequence[PlannedPage], seen: Mapping[int, Sequence[Seen]]
) -> dict[str, list[Sighting]]:
    """Everybody's sightings in the order of the pages, by name."""
    found: dict[str, list[Sighting]] = {}
    for page in pages:
        for one in seen.get(page.number, ()):
            figure = next((f for f in page.figure if f.name == one.name), None)
            if figure is not None:
                at = Sighting(page.number, one, figure.outfit, page.framing, figure.view)
                found.setdefault(one.name, []).append(at)
    return found


def drift(found: Mapping[str, Sequence[Sighting]], families: Mapping[str, str]) -> list[Finding]:
    """What changes that should not.

    Args:
        found: as `sightings`.
        families: tag -> its family, as the tagger says them.
    """
    told: list[Finding] = []
    for name, some in found.items():
        told += _looks(name, [one for one in some if one.view != "from behind"], families)
        told += _outfits(name, some, families)
        told += _ages(name, some)
    told += _heights(found)
    if not AGES & set(families):
        what = "Nobody's age is checked: the tagger has no words for it."
        told.append(Finding("note", what, "Look at the sheet."))
    return sorted(told, key=lambda each: (each.page is None, each.page or 0))


def _looks(name: str, some: Sequence[Sighting], families: Mapping[str, str]) -> list[Finding]:
    told = []
    for family, called in STEADY.items():
        shown = [(one, _of(one.seen, family, families)) for one in some]
        counts = Counter(tag for _, tags in shown for tag in tags)
        if sum(bool(tags) for _, tags in shown) < _FEWEST:
            continue
        usual, often = counts.most_common(1)[0]
        if often * 2 <= sum(bool(tags) for _, tags in shown):
            continue
        for one, tags in shown:
            if tags and usual not in tags and one.seen.covered <= _HIDDEN:
                what = f"{called} of {name}: {', '.join(tags)} here, {usual} on most pages."
                told.append(Finding("look", what, "Redraw it.", one.page))
    return told


def _outfits(name: str, some: Sequence[Sighting], families: Mapping[str, str]) -> list[Finding]:
    told = []
    wear = Counter(
        tag for one in some for tag in _of(one.seen, "outfit", families) if not one.outfit
    )
    usual = wear.most_common(1)[0][0] if wear else ""
    for one in some:
        tags, wanted = _of(one.seen, "outfit", families), one.outfit or usual
        if tags and wanted and not any(_same(tag, wanted) for tag in tags):
            what = f"outfit of {name}: {', '.join(tags)} here, wanted {wanted}."
            told.append(Finding("look", what, "Redraw it.", one.page))
    return told


def _ages(name: str, some: Sequence[Sighting]) -> list[Finding]:
    counts = Counter(tag for one in some for tag in one.seen.tags if tag in AGES)
    usual = counts.most_common(1)[0][0] if counts else ""
    told = []
    for one in some:
        tags = [tag for tag in one.seen.tags if tag in AGES]
        if tags and usual not in tags:
            what = f"age of {name}: {', '.join(tags)} here, {usual} on most pages."
            told.append(Finding("look", what, "Redraw it.", one.page))
    return told


def _heights(found: Mapping[str, Sequence[Sighting]]) -> list[Finding]:
    """Heights beside each other: alone, a height says only how near somebody stands."""
    pages: dict[int, dict[str, float]] = {}
    for name, some in found.items():
        for one in some:
            if one.framing == "full body" and one.seen.covered <= _HIDDEN:
                pages.setdefault(one.page, {})[name] = one.seen.box[3] - one.seen.box[1]
    names = sorted(found)
    told = []
    for i, first in enumerate(names):
        for second in names[i + 1 :]:
            both = {
                p: each[first] / each[second]
                for p, each in pages.items()
                if first in each and second in each
            }
            if len(both) < _FEWEST:
                continue
            usual = median(both.values())
            for page, ratio in both.items():
                if abs(ratio / usual - 1) > HEIGHT:
                    what = f"height: {first} is {ratio:.2f} of {second} here, {usual:.2f} usually."
                    told.append(Finding("look", what, "Redraw it.", page))
    return told


def _of(seen: Seen, family: str, families: Mapping[str, str]) -> list[str]:
    return [tag for tag in seen.tags if families.get(tag) == family]


def _same(tag: str, wanted: str) -> bool:
    """Whether a seen outfit is the wanted one; "raincoat" is any raincoat."""
    return tag == wanted or (" " not in wanted and tag.endswith(wanted))

"""Follow who puts on, takes off, picks up, puts down and gives away what; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence

from castmates.books.plan.lexicon import Hit, hits, lexicon, verb_before, verb_behind
from castmates.books.plan.stage import Stage
from castmates.books.story.cast import mentions


def dress(stage: Stage, text: str, present: Sequence[str]) -> None:
    """Change the wardrobes of a stage as a text says, in its order."""
    for hit in hits(text, "outfit"):
        who = _whose(stage, text, hit, present)
        if who and not verb_before(text, hit.start, "wants"):
            _wear(stage, text, hit, who)
    for hit in hits(text, "hat"):
        who = _whose(stage, text, hit, present)
        if who and not verb_before(text, hit.start, "wants"):
            taken = verb_before(text, hit.start, "off")
            stage.wardrobes[who].hat = "" if taken else hit.tag
    for hit in hits(text, "holds"):
        who = _whose(stage, text, hit, present)
        if who:
            _carry(stage, text, hit, who)


def _wear(stage: Stage, text: str, hit: Hit, who: str) -> None:
    wardrobe = stage.wardrobes[who]
    if verb_before(text, hit.start, "off"):
        if wardrobe.outfit.endswith(hit.tag):
            wardrobe.outfit = wardrobe.usual if not wardrobe.usual.endswith(hit.tag) else ""
        return
    if hit.colour:
        wardrobe.outfit = hit.coloured
    elif not wardrobe.outfit.endswith(hit.tag):
        same = wardrobe.usual.endswith(hit.tag)
        wardrobe.outfit = wardrobe.usual if same else hit.tag


def _carry(stage: Stage, text: str, hit: Hit, who: str) -> None:
    wardrobe = stage.wardrobes[who]
    carried = wardrobe.holds.endswith(hit.tag)
    if verb_before(text, hit.start, "wants"):
        return
    if verb_before(text, hit.start, "gives"):
        _give(stage, text, hit, who)
    elif verb_before(text, hit.start, "away") or verb_behind(text, hit.end, "leaves"):
        wardrobe.holds = "" if carried else wardrobe.holds
    elif verb_before(text, hit.start, "takes"):
        wardrobe.holds = wardrobe.holds if carried and not hit.colour else _thing(hit)


def _give(stage: Stage, text: str, hit: Hit, who: str) -> None:
    """A thing goes to whoever else is named in the sentence."""
    start = max(text.rfind(mark, 0, hit.start) for mark in ".!?\n") + 1
    end = min((at for mark in ".!?\n" if (at := text.find(mark, hit.end)) >= 0), default=len(text))
    others = [each.name for each in mentions(text[start:end], stage.cast) if each.name != who]
    given = stage.wardrobes[who].holds
    thing = given if given.endswith(hit.tag) and not hit.colour else _thing(hit)
    if given.endswith(hit.tag):
        stage.wardrobes[who].holds = ""
    if others:
        stage.wardrobes[others[-1]].holds = thing


def _thing(hit: Hit) -> str:
    usual = lexicon().coloured.get(hit.tag)
    return f"{hit.colour or usual} {hit.tag}" if usual else hit.tag


def _whose(stage: Stage, text: str, hit: Hit, present: Sequence[str]) -> str | None:
    """Who does it: whoever was named last before it, else the first on the page."""
    named = [each.name for each in mentions(text, stage.cast) if each.start < hit.start]
    inside = [name for name in named if name in present]
    return inside[-1] if inside else (present[0] if present else None)

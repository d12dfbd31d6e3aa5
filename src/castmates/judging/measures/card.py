"""Likeness by the character card: the attributes that the tagger sees on the real pictures.

A tagger without the right word for a colour hesitates between two; so not its first word is
compared but how it spreads over a family ("eyes": half green, half yellow). A family counts as much
as it tells the real pictures from the base's strangers, which share some attributes by chance (a
cat drawn for "cat" is one). What a prompt changes is left out for that prompt, and prompts of which
no encoder is asked are left out altogether: a card that alone speaks there would be heard most.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.judging.measures.likeness import asked_of
from castmates.judging.measures.looks import Looks, Spread, plain
from castmates.judging.measures.port import Measured, Need
from castmates.judging.measures.seen import Seen
from castmates.judging.measures.telling import WEAK, auc, weight
from castmates.judging.readings import MeasureNote

IDENTITY = ("kind", "skin", "fur", "metal", "hair", "hair_colour", "eyes", "outfit", "mark")
"""Families that say who somebody is."""
HIDDEN_BY = {"hat": ("hair",), "style": ("hair_colour", "eyes", "skin", "fur", "metal", "outfit")}
"""Family that a prompt asks for -> families that cannot be seen well under it."""
SHOWN = 0.25
"""A family is shown where its tags reach this much together."""
OFTEN = 0.35
"""A family belongs to the card if this share of the real pictures shows it."""
ALWAYS = 0.9
"""What this share of the real pictures shows must be in a drawn one, too."""
LEAST = 0.05
"""Levels nearer than this to each other measure nothing."""
RANGE = (-1.0, 1.25)
"""One picture says no more than this."""
TRUST = 0.25
"""What its word counts beside an encoder's. That it tells real pictures from strangers says little
of the pictures between: of trained characters it ranked the epochs and strengths worse than an
encoder (docs/choosing.md), because a tagger has one word for violet and blue."""


@dataclass(frozen=True)
class Card:
    """Family -> how the tagger spreads over it on pictures that show it, and how many do."""

    spreads: dict[str, dict[str, float]]
    shown: dict[str, float]

    def overlaps(self, row: Spread, but: Sequence[str] = ()) -> dict[str, float]:
        """Family -> overlap 0..1, for the families that can be compared."""
        found = {}
        for family, mine in self.spreads.items():
            theirs = row.get(family, {})
            if family in but:
                continue
            if sum(theirs.values()) >= SHOWN:
                found[family] = overlap(mine, theirs)
            elif self.shown[family] >= ALWAYS:
                found[family] = 0.0
        return found


@dataclass(frozen=True)
class CardMeasure:
    """What the tagger says of the character's own attributes."""

    name: str = "card"
    needs: frozenset[Need] = frozenset({"baseline", "tagger"})

    def read(self, seen: Seen) -> Measured:
        """(agreement - stranger) / (real - stranger), not clipped."""
        rows = real_spreads(seen)
        card = card_of(rows)
        families = _families(seen.drawn)
        drawn = [
            card.overlaps(row, changed(prompt.wants, families))
            for row, prompt in zip(seen.drawn.spreads, seen.prompts, strict=True)
        ]
        # Each real picture is held against the card of the others.
        own_rows = [
            card_of([*rows[:i], *rows[i + 1 :]]).overlaps(row) for i, row in enumerate(rows)
        ]
        weights = _telling(own_rows, [drawn[i] for i in np.flatnonzero(seen.strangers)])
        raw = np.asarray([_mean(row, weights) for row in drawn])
        own = np.asarray([_mean(row, weights) for row in own_rows])
        raw[~asked_of(seen)] = np.nan
        strangers = raw[seen.strangers]
        known = bool(np.isfinite(own).any() and np.isfinite(strangers).any())
        zero = float(np.nanmean(strangers)) if known else 0.0
        one = float(np.nanmean(own)) if known else 1.0
        apart = auc(own, strangers)
        values = np.full(len(raw), np.nan)
        if known and one - zero >= LEAST:
            values = np.clip((raw - zero) / (one - zero), *RANGE)
        note = MeasureNote(
            name=self.name,
            what="how many of the character's own attributes the tagger sees",
            stranger=zero,
            real=one,
            auc=apart,
            weight=TRUST * weight(apart) if known and one - zero >= LEAST else 0.0,
            notes=tuple(_notes(card, apart)),
        )
        return Measured(values, note)


def real_spreads(seen: Seen) -> list[Spread]:
    """The references', and those of the training pictures, if they are not the same."""
    own = seen.references.spreads
    return [*own, *seen.training.spreads] if seen.held_out else list(own)


def card_of(rows: Sequence[Spread]) -> Card:
    """The card of a character from what the tagger sees on its real pictures."""
    spreads, shown = {}, {}
    for family in IDENTITY:
        showing = [row[family] for row in rows if sum(row.get(family, {}).values()) >= SHOWN]
        if rows and len(showing) >= OFTEN * len(rows):
            tags = {tag for one in showing for tag in one}
            spreads[family] = {t: float(np.mean([o.get(t, 0.0) for o in showing])) for t in tags}
            shown[family] = len(showing) / len(rows)
    return Card(spreads, shown)


def _telling(
    real: Sequence[dict[str, float]], strangers: Sequence[dict[str, float]]
) -> dict[str, float]:
    """Family -> how much more the real pictures agree in it than strangers do."""
    families = {family for row in real for family in row}
    gaps = {f: _level(real, f) - _level(strangers, f) for f in families}
    return {family: max(0.0, gap) for family, gap in gaps.items()}


def _level(rows: Sequence[dict[str, float]], family: str) -> float:
    found = [row[family] for row in rows if family in row]
    return float(np.mean(found)) if found else 0.0


def _mean(row: dict[str, float], weights: dict[str, float]) -> float:
    total = sum(weights.get(family, 0.0) for family in row)
    if total <= 0:
        return float("nan")
    return sum(weights.get(family, 0.0) * value for family, value in row.items()) / total


def overlap(mine: dict[str, float], theirs: dict[str, float]) -> float:
    """How much two spreads have in common once each sums to 1: 0..1."""
    own, other = sum(mine.values()), sum(theirs.values())
    if own <= 0 or other <= 0:
        return 0.0
    return sum(min(mine[tag] / own, theirs[tag] / other) for tag in mine if tag in theirs)


def changed(wants: Sequence[str], families: dict[str, str]) -> tuple[str, ...]:
    """Families of the card that a prompt with these wants changes or hides."""
    asked = {families.get(plain(tag), "") for tag in wants}
    hidden = {hidden for family in asked for hidden in HIDDEN_BY.get(family, ())}
    return tuple(asked | hidden)


def _families(looks: Looks) -> dict[str, str]:
    return {plain(tag): family for tag, family in looks.judges.tagger.vocabulary().items()}


def _notes(card: Card, apart: float) -> list[str]:
    if not card.spreads:
        return ["The tagger sees no attribute that the real pictures have in common."]
    if apart < WEAK:
        return [f"Its attributes tell real pictures from strangers in {apart * 100:.0f} % only."]
    return []

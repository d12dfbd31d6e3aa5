"""Outfit fusion: whether the character's own clothes stay on when others are asked for.

The tagger's spread over outfits is held against that of the real pictures. 0 is what the base
shows for the same words, 1 the character's own clothes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.measures.card import card_of, overlap, real_spreads
from castmates.judging.measures.port import Measured, Need
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

FAMILY = "outfit"
APART = 0.3
"""Prompts whose clothes are nearer to the own ones than this say nothing, whoever wears them."""


@dataclass(frozen=True)
class Outfit:
    """How much of the own clothes is left where others are asked for."""

    name: str = "outfit"
    needs: frozenset[Need] = frozenset({"outfit", "tagger", "baseline"})

    def read(self, seen: Seen) -> Measured:
        """0..1 for prompts of the outfit family, NaN for all others."""
        what = "how much of the own clothes stays where others are asked for"
        rows = real_spreads(seen)
        own = card_of(rows).spreads.get(FAMILY)
        values = np.full(len(seen.cells), np.nan)
        if own is None:
            said = ("The tagger sees no clothes that the real pictures have in common.",)
            return Measured(values, MeasureNote(name=self.name, what=what, notes=said))
        worn = np.asarray([overlap(own, row.get(FAMILY, {})) for row in seen.drawn.spreads])
        real = float(np.mean([overlap(own, row[FAMILY]) for row in rows if row.get(FAMILY)]))
        zeros = []
        for label in (prompt.label for prompt in seen.study.prompts if prompt.family == FAMILY):
            asked = np.asarray([cell.prompt == label for cell in seen.cells])
            base = asked & seen.of_base
            zero = float(worn[base].mean()) if base.any() else 0.0
            if asked.any() and real - zero >= APART:
                values[asked] = np.clip((worn[asked] - zero) / (real - zero), 0.0, 1.0)
                zeros.append(zero)
        mean = float(np.mean(zeros)) if zeros else None
        return Measured(values, MeasureNote(name=self.name, what=what, stranger=mean, real=real))

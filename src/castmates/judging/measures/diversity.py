"""Diversity: whether different prompts and seeds still give different pictures.

The Vendi score (Friedman and Dieng, arXiv 2210.02410): the effective number of different pictures
among n, from the eigenvalues of their cosines; here of whole layouts. Its level depends on what is
compared and on n, so an arm is held against the base's pictures of the same prompts and seeds. One
and the same figure everywhere costs a little; that is why the gate is far below 1.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.likeness import Vectors
from castmates.judging.measures.port import Measured, Need
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

VARIED = 1.5
"""Where the base's own pictures are fewer than this, effectively, nothing can be said."""
FEWEST = 4


@dataclass(frozen=True)
class Diversity:
    """Effective number of an arm's pictures, as a share of the base's; the same for all of them."""

    name: str = "diversity"
    needs: frozenset[Need] = frozenset({"baseline"})

    def read(self, seen: Seen) -> Measured:
        """1: as varied as the base; towards 0: always the same picture."""
        values = np.full(len(seen.cells), np.nan)
        arms: dict[tuple[int, float], list[int]] = {}
        for i, cell in enumerate(seen.cells):
            if not seen.leak[i] and seen.twins[i] >= 0:
                arms.setdefault((cell.epoch, cell.strength), []).append(i)
        for own in arms.values():
            usual = vendi(seen.drawn.layouts[seen.twins[own]])
            if len(own) >= FEWEST and usual >= VARIED:
                values[own] = vendi(seen.drawn.layouts[own]) / usual
        what = "how many different pictures there are, beside the base's"
        return Measured(values, MeasureNote(name=self.name, what=what))


def vendi(vectors: Vectors) -> float:
    """exp of the entropy of the eigenvalues of the cosines / n: 1 (all alike) .. n."""
    rows = vectors.astype(np.float64)
    levels = np.linalg.eigvalsh(rows @ rows.T / len(rows))
    total = levels.sum()
    if total <= 1e-9:
        return 1.0
    shares = np.clip(levels / total, 1e-12, None)
    return float(np.exp(-(shares * np.log(shares)).sum()))

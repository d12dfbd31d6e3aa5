"""Likeness by an identity encoder: subject crops against held-out pictures.

0 is what the base draws without the adapter where the character is asked for (a stranger), 1 what
the real pictures reach among themselves (`judging.likeness`). Between them counts how often the
distance to the character was halved: an encoder gives most of its similarity away for the first
right colours, and an adapter that has learned nothing else would stand at .7 already.

Prompts that change what an encoder takes for identity (another outfit, another style) say nothing:
what they change counts as flexibility instead.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.likeness import alike, among
from castmates.judging.measures.port import Measured, Need, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.measures.telling import WEAK, auc, weight
from castmates.judging.readings import MeasureNote

CHANGED = ("outfit", "style")
"""Families of prompts that ask for what an encoder would hold against the character."""
NEAREST = 0.02
"""Cosine distances below this are the same: two files of one picture."""


@dataclass(frozen=True)
class Likeness:
    """What one encoder says; `name` as in `Judges.encoders`."""

    name: str = "likeness"
    needs: frozenset[Need] = frozenset({"baseline"})

    def read(self, seen: Seen) -> Measured:
        """(s - stranger) / (real - stranger) with s = `closeness`, not clipped."""
        references = seen.references.directions[self.name]
        similar = alike(seen.drawn.directions[self.name], references)
        strangers = similar[asked_of(seen) & seen.strangers]
        real = among(references)
        if seen.held_out and len(seen.training.pictures):
            real_too = alike(seen.training.directions[self.name], references)
            apart = auc(np.concatenate([real, real_too]), strangers)
        else:
            apart = auc(real, strangers)
        near = closeness(similar)
        low, high = near[asked_of(seen) & seen.strangers].mean(), closeness(real).mean()
        values = np.asarray((near - low) / max(high - low, 1e-6))
        values[~asked_of(seen)] = np.nan
        note = MeasureNote(
            name=self.name,
            what="how alike the figure is to the held-out pictures",
            stranger=float(strangers.mean()),
            real=float(real.mean()),
            auc=apart,
            weight=weight(apart),
            notes=tuple(_notes(seen, apart)),
        )
        return Measured(values, note)


def closeness(cosines: Numbers) -> Numbers:
    """-log of the cosine distance: (n,) in -.7..3.9; every halving of the distance adds as much."""
    return np.asarray(-np.log(np.maximum(1.0 - cosines, NEAREST)), dtype=np.float64)


def asked_of(seen: Seen) -> np.ndarray:
    """Whether likeness is asked of a picture; of all, if no other prompt is there."""
    asked = ~seen.of_family(*CHANGED)
    return asked if (asked & seen.strangers).any() else np.ones_like(asked)


def _notes(seen: Seen, apart: float) -> list[str]:
    notes = []
    if seen.drawn.judges.finder is None:
        notes.append("Whole pictures were compared: no finder cuts the character out.")
    else:
        nobody = sum(one is None for one in seen.drawn.found)
        if nobody:
            notes.append(f"In {nobody} pictures nobody was found: they were compared whole.")
    if not seen.held_out:
        notes.append("Too few pictures were held out: training pictures served, copies gain.")
    if apart < WEAK:
        notes.append(
            f"It tells the real pictures from strangers in {apart * 100:.0f} % of pairs only "
            "(50 % is guessing), so it counts for little."
        )
    return notes


def together(parts: list[Measured]) -> Numbers:
    """The mean of several readers of likeness, each weighted by how well it tells apart.

    Where a reader says nothing of a picture, the others speak; where none does, the first is NaN.
    If none can tell at all, the first one's numbers stand.
    """
    values = np.stack([part.values for part in parts])
    weights = np.asarray([part.note.weight for part in parts])
    if not weights.any():
        return parts[0].values
    known = ~np.isnan(values)
    share = weights[:, None] * known
    total = share.sum(axis=0)
    mixed = (np.where(known, values, 0.0) * share).sum(axis=0) / np.maximum(total, 1e-9)
    return np.asarray(np.where(total > 0, mixed, np.nan), dtype=np.float64)

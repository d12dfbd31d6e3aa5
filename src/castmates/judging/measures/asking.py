"""Asks every measure that can be asked of a study, and says which could not; judges no arm."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.measures.background import Background
from castmates.judging.measures.card import CardMeasure
from castmates.judging.measures.collapse import Collapse
from castmates.judging.measures.copying import Composition, Copying
from castmates.judging.measures.diversity import Diversity
from castmates.judging.measures.leakage import NAME as LEAKAGE
from castmates.judging.measures.leakage import WHAT as LEAKAGE_WHAT
from castmates.judging.measures.leakage import leakage
from castmates.judging.measures.likeness import Likeness, together
from castmates.judging.measures.obedience import Obedience
from castmates.judging.measures.outfit import Outfit
from castmates.judging.measures.port import Measure, Measured, Need, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.measures.style import Style
from castmates.judging.readings import MeasureNote

ALIKE = 1e-9

_WANTING: dict[Need, str] = {
    "held-out": "no picture was held out from training",
    "training": "there are no training pictures",
    "tagger": "there is no tagger",
    "finder": "no finder says where the figure is",
    "baseline": "the base alone was not drawn",
    "seeds": "there is only one seed",
    "leak": "no prompt leaves the trigger out",
    "outfit": "no prompt asks for other clothes",
}

OTHERS: tuple[Measure, ...] = (
    Obedience(),
    Copying(),
    Composition(),
    Background(),
    Collapse(),
    Diversity(),
    Style(),
    Outfit(),
)
"""Every measure beside likeness, of which there is one for each encoder, and leakage."""


@dataclass(frozen=True, eq=False)
class Told:
    """What all measures said.

    Attributes:
        likeness: (n,) of all readers of likeness together, finite everywhere.
        by_name: measure -> its numbers, for those that could be asked.
        notes: of those asked and of those that could not be.
    """

    likeness: Numbers
    by_name: dict[str, Numbers]
    notes: tuple[MeasureNote, ...]

    def of(self, index: int) -> dict[str, float]:
        """What the measures say of one picture; without those that say nothing."""
        return {
            name: round(float(values[index]), 4)
            for name, values in self.by_name.items()
            if np.isfinite(values[index])
        }


def ask(seen: Seen) -> Told:
    """Ask them all."""
    there = _there(seen)
    readers = [Likeness(name).read(seen) for name in seen.drawn.directions]
    card = CardMeasure()
    if card.needs <= there:
        readers.append(card.read(seen))
    mixed = together(readers)
    likeness = _whole(seen, mixed)
    said = [*readers]
    notes = [_weighed(one.note, readers) for one in readers]
    for measure in OTHERS:
        if measure.needs <= there:
            said.append(measure.read(seen))
            notes.append(said[-1].note)
        else:
            notes.append(_not_asked(measure.name, measure.needs - there))
    if "leak" in there:
        said.append(leakage(seen, likeness))
        notes.append(said[-1].note)
    else:
        notes.append(_not_asked(LEAKAGE, frozenset({"leak"}), LEAKAGE_WHAT))
    return Told(likeness, {one.note.name: one.values for one in said}, tuple(notes))


def _whole(seen: Seen, mixed: Numbers) -> Numbers:
    """Likeness with no gap: where no reader may be asked (other clothes, other style) and no card
    is there, the arm's mean of the other pictures stands in, so that it changes no mean."""
    values = mixed.copy()
    gaps = np.isnan(values)
    if not gaps.any():
        return values
    for arm in {(cell.epoch, cell.strength) for cell in seen.cells}:
        own = np.asarray([(cell.epoch, cell.strength) == arm for cell in seen.cells])
        known = own & ~gaps & ~seen.leak
        mean = float(values[known].mean()) if known.any() else 0.0
        values[own & gaps] = mean
    return values


def _there(seen: Seen) -> frozenset[Need]:
    there: set[Need] = {"tagger"}
    if seen.held_out:
        there.add("held-out")
    if len(seen.training.pictures):
        there.add("training")
    if seen.drawn.judges.finder is not None:
        there.add("finder")
    if seen.of_base.any():
        there.add("baseline")
    if len({cell.seed for cell in seen.cells}) > 1:
        there.add("seeds")
    if seen.leak.any():
        there.add("leak")
    if seen.of_family("outfit").any():
        there.add("outfit")
    return frozenset(there)


def _weighed(note: MeasureNote, readers: list[Measured]) -> MeasureNote:
    total = sum(one.note.weight for one in readers)
    share = note.weight / total if total > ALIKE else float(note is readers[0].note)
    return note.model_copy(update={"weight": round(share, 4)})


def _not_asked(name: str, missing: frozenset[Need], what: str = "") -> MeasureNote:
    reasons = " and ".join(sorted(_WANTING[need] for need in missing))
    return MeasureNote(name=name, what=what, notes=(f"Not measured: {reasons}.",))

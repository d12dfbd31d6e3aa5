"""Copying: whether a picture is a training picture that came back.

The copy-paste measure of WithAnyone (arXiv 2510.14975), on layouts: with theta the angle between
two pictures, t the nearest training picture and h the nearest held-out one,

    CP(x) = (theta(x, h) - theta(x, t)) / theta(t, h)

is 0 for a picture as near to one as to the other and 1 for a training picture itself. The nearest
of many training pictures is nearer than the nearest of a few held-out ones even for an innocent
picture; what innocent ones show (the base's, and each held-out picture among the others) is
therefore taken off. The figure and the whole picture must both repeat: the smaller one counts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.likeness import Vectors
from castmates.judging.measures.port import Measured, Need, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

NARROW = 0.15
"""Training and held-out pictures nearer to each other than this (radians) count as this far."""
MOST_BIAS = 0.5


@dataclass(frozen=True)
class Copying:
    """Copy-paste of the figure and of the whole picture."""

    name: str = "copying"
    needs: frozenset[Need] = frozenset({"held-out", "training", "baseline"})

    def read(self, seen: Seen) -> Measured:
        """CP without what innocent pictures show: 0 innocent, 1 a training picture."""
        whole = _freed(seen, seen.drawn.layouts, seen.training.layouts, seen.references.layouts)
        if seen.drawn.judges.finder is None:
            notes: tuple[str, ...] = ("Whole pictures were compared: no finder.",)
            values = whole
        else:
            figure = _freed(
                seen, seen.drawn.figures, seen.training.figures, seen.references.figures
            )
            values, notes = np.minimum(whole, figure), ()
        what = "how much nearer to a training picture than to a held-out one"
        return Measured(values, MeasureNote(name=self.name, what=what, notes=notes))


@dataclass(frozen=True)
class Composition:
    """How exactly a figure stands where one stands in a training picture."""

    name: str = "composition"
    needs: frozenset[Need] = frozenset({"training", "finder", "baseline"})

    def read(self, seen: Seen) -> Measured:
        """Box IoU with the nearest training picture's figure, less that of the base's picture."""
        overlaps = _ious(seen.drawn.boxes, seen.training.boxes)
        best = np.nanmax(np.nan_to_num(overlaps, nan=0.0), axis=1)
        twins = np.where(seen.twins >= 0, best[seen.twins], np.nan)
        what = "how much more exactly the figure stands where one stood in training"
        return Measured(best - twins, MeasureNote(name=self.name, what=what))


def copy_paste(to_training: Numbers, to_held_out: Numbers, between: Numbers) -> Numbers:
    """CP of n pictures, -1..1.

    Args:
        to_training: (n, t) cosines; to_held_out: (n, h); between: (t, h).
    """
    training, held = _angles(to_training), _angles(to_held_out)
    near, best = training.argmin(axis=1), held.argmin(axis=1)
    rows = np.arange(len(training))
    apart = np.maximum(_angles(between)[near, best], NARROW)
    return np.asarray(
        np.clip((held[rows, best] - training[rows, near]) / apart, -1.0, 1.0), dtype=np.float64
    )


def freed(values: Numbers, innocent: Numbers) -> Numbers:
    """CP on the scale innocent = 0, copy = 1."""
    bias = float(np.clip(np.mean(innocent), 0.0, MOST_BIAS)) if len(innocent) else 0.0
    return (values - bias) / (1.0 - bias)


def _freed(seen: Seen, drawn: Vectors, training: Vectors, held: Vectors) -> Numbers:
    between = _cosines(training, held)
    values = copy_paste(_cosines(drawn, training), _cosines(drawn, held), between)
    own = [
        copy_paste(
            _cosines(held[i : i + 1], training),
            _cosines(held[i : i + 1], np.delete(held, i, axis=0)),
            np.delete(between, i, axis=1),
        )[0]
        for i in range(len(held))
    ]
    return freed(values, np.concatenate([values[seen.of_base], own]))


def _cosines(some: Vectors, others: Vectors) -> Numbers:
    return np.asarray(some @ others.T, dtype=np.float64)


def _angles(cosines: Numbers) -> Numbers:
    return np.asarray(np.arccos(np.clip(cosines, -1.0, 1.0)), dtype=np.float64)


def _ious(boxes: Numbers, others: Numbers) -> Numbers:
    left = np.maximum(boxes[:, None, :2], others[None, :, :2])
    right = np.minimum(boxes[:, None, 2:], others[None, :, 2:])
    common = np.clip(right - left, 0.0, None).prod(axis=2)
    areas = (boxes[:, 2:] - boxes[:, :2]).prod(axis=1)[:, None]
    areas = areas + (others[:, 2:] - others[:, :2]).prod(axis=1)[None]
    return np.asarray(common / np.maximum(areas - common, 1e-9), dtype=np.float64)

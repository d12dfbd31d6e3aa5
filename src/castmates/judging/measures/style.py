"""Style burn-in: whether the adapter brings a look along that nobody asked for.

Each picture is held against the base's of the same prompt and seed, in two ways: how the tagger
spreads over styles, and how the backdrop is painted (colours, cast, roughness, ink; the figure is
left out, since it is meant to change). What seeds alone change in the base's pictures is free: only
beyond the 95th percentile of that a shift counts. With one seed, prompts stand in for seeds where
the words are concerned.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.core.ports import Pixels
from castmates.judging.measures.backdrop import mask_of
from castmates.judging.measures.card import overlap
from castmates.judging.measures.port import Measured, Need, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

FREE = 0.95
"""This share of the shifts between seeds of the base is free."""
FULL = 4.0
"""So many times the free shift of the brush counts as burnt in altogether."""
FLOORS = np.asarray([0.03, 8.0, 4.0, 4.0, 1.0, 0.01])
"""What a brush's statistics may wander at least: saturation, brightness, two casts, roughness,
ink."""
INK = 55


@dataclass(frozen=True)
class Style:
    """The larger of the shifts in style words and in brush."""

    name: str = "style"
    needs: frozenset[Need] = frozenset({"baseline"})

    def read(self, seen: Seen) -> Measured:
        """0: as the base paints it, give or take a seed; 1: altogether another style."""
        words, told = _words(seen)
        brush = _brush(seen)
        both = np.stack([words, brush])
        values = np.where(np.isnan(both).all(axis=0), np.nan, np.nan_to_num(both).max(axis=0))
        notes = []
        if not told:
            notes.append("The tagger sees no style in the base's pictures: no words were compared.")
        if seen.drawn.judges.finder is None:
            notes.append("No finder keeps figure and backdrop apart: the brush was not compared.")
        what = "how far the look has moved from the base's, beyond what seeds change"
        return Measured(values, MeasureNote(name=self.name, what=what, notes=tuple(notes)))


def _words(seen: Seen) -> tuple[Numbers, bool]:
    """The shift of the tagger's styles from the twin's; and whether it knows any."""
    rows = [spread.get("style", {}) for spread in seen.drawn.spreads]
    told = any(rows[i] for i in np.flatnonzero(seen.of_base))
    pairs = _siblings(seen) or _cousins(seen)
    free = _free([1 - overlap(rows[i], rows[j]) for i, j in pairs if rows[i] and rows[j]])
    values = np.full(len(rows), np.nan)
    for i, twin in enumerate(seen.twins):
        if twin >= 0 and rows[twin]:
            values[i] = max(0.0, 1 - overlap(rows[twin], rows[i]) - free) / max(1 - free, 0.1)
    return np.minimum(values, 1.0), told


def _brush(seen: Seen) -> Numbers:
    rows = np.asarray(
        [
            brush_of(picture, None if one is None else mask_of(picture, one))
            for picture, one in zip(seen.drawn.pictures, seen.drawn.found, strict=True)
        ]
    )
    pairs = _siblings(seen)
    known = np.asarray([one is not None for one in seen.drawn.found])
    if not pairs or not known.any():
        return np.full(len(rows), np.nan)
    left, right = (rows[list(side)] for side in zip(*pairs, strict=True))
    scale = np.maximum(np.sqrt(((left - right) ** 2).mean(axis=0)), FLOORS)
    free = max(_free(list(_distance(left, right, scale))), 1.0)
    moved = _distance(rows, rows[seen.twins], scale)
    values = np.clip((moved / free - 1.0) / (FULL - 1.0), 0.0, 1.0)
    known &= (seen.twins >= 0) & known[seen.twins]
    return np.asarray(np.where(known, values, np.nan), dtype=np.float64)


def brush_of(picture: Pixels, mask: Numbers | None) -> Numbers:
    """(6,): saturation 0..1, brightness, red-green, yellow-blue (0..255), roughness, ink share.

    Of the pixels where `mask` is below one half; of all, where it leaves too few.
    """
    free = np.ones(picture.shape[:2], dtype=np.bool_) if mask is None else mask < 0.5
    if free.mean() < 0.1:
        free = np.ones_like(free)
    colours = picture.astype(np.float64)
    own = colours[free]
    top, bottom = own.max(axis=1), own.min(axis=1)
    grey = colours.mean(axis=2)
    rough = np.abs(grey[:, 2:] - 2 * grey[:, 1:-1] + grey[:, :-2])[free[:, 1:-1]]
    return np.asarray(
        [
            ((top - bottom) / np.maximum(top, 1.0)).mean(),
            own.mean(),
            (own[:, 0] - own[:, 1]).mean(),
            (own[:, :2].mean(axis=1) - own[:, 2]).mean(),
            rough.mean() if rough.size else 0.0,
            (own.max(axis=1) < INK).mean(),
        ]
    )


def _siblings(seen: Seen) -> list[tuple[int, int]]:
    """Pairs of the base's pictures of one prompt and different seeds."""
    return [
        (own[a], own[b])
        for (epoch, _, _), own in seen.groups().items()
        if epoch == 0
        for a in range(len(own))
        for b in range(a + 1, len(own))
    ]


def _cousins(seen: Seen) -> list[tuple[int, int]]:
    """Pairs of the base's pictures of different prompts, none of which asks for a style.

    With one seed alone they say how much the tagger's word for one and the same style wanders.
    """
    own = np.flatnonzero(seen.strangers & ~seen.of_family("style")).tolist()
    return [(a, b) for at, a in enumerate(own) for b in own[at + 1 :]]


def _free(shifts: list[float]) -> float:
    return float(np.quantile(shifts, FREE)) if shifts else 0.0


def _distance(left: Numbers, right: Numbers, scale: Numbers) -> Numbers:
    return np.asarray(np.sqrt((((left - right) / scale) ** 2).mean(axis=-1)), dtype=np.float64)

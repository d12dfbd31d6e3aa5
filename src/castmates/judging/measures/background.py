"""Background copying: whether the scene behind the figure is that of a training picture.

A forest resembles a forest: where the words ask for a scene that was in the training pictures,
nobody can tell. So each picture is held against the base's picture of the same prompt and seed:
what that one shares with a training scene, too, is no copying. Plain walls say nothing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from castmates.judging.measures.port import Measured, Need
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

SAME = 0.92
"""Backdrops with this cosine are the same scene in the same place."""


@dataclass(frozen=True)
class Background:
    """How much nearer a scene is to a training scene than the base's own picture is."""

    name: str = "background"
    needs: frozenset[Need] = frozenset({"training", "finder", "baseline"})

    def read(self, seen: Seen) -> Measured:
        """0: not nearer than the base's; 1: the very scene of a training picture."""
        near = nearest_scene(seen)
        base = np.where(seen.twins >= 0, near[seen.twins], np.nan)
        # A plain wall of the base's has nothing of a scene.
        base = np.where(np.isnan(base) & (seen.twins >= 0), 0.0, base)
        room = np.maximum(SAME - np.maximum(base, 0.0), 1e-6)
        values = np.clip((near - np.maximum(base, 0.0)) / room, 0.0, 1.0)
        values = np.where(base > 0.8 * SAME, np.nan, values)
        what = "how much of a training picture's scene came back unasked"
        return Measured(values, MeasureNote(name=self.name, what=what))


def nearest_scene(seen: Seen) -> np.ndarray:
    """Cosine with the nearest training backdrop; NaN where there is nothing to compare."""
    cosines = seen.drawn.backdrops.cosines(seen.training.backdrops)
    known = ~np.isnan(cosines)
    best = np.where(known, cosines, -1.0).max(axis=1)
    return np.asarray(np.where(known.any(axis=1), best, np.nan), dtype=np.float64)

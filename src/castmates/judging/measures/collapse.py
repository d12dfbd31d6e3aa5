"""Collapse: pictures that are no pictures any more; no taste is involved.

Three plain statistics (how much is burnt to black or white, how rough it is from pixel to pixel,
how flat it is) must lie within what the base's and the real pictures show; and where the base draws
somebody, somebody must be found. Models of beauty are left out on purpose: they disagree with each
other, and on drawings most of all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.core.ports import Pixels
from castmates.judging.measures.port import Measured, Need, Numbers
from castmates.judging.measures.seen import Seen
from castmates.judging.readings import MeasureNote

MOST, BEYOND = 0.98, 1.35
"""A statistic is out of range this far beyond what so many of the base's and real pictures show."""
SLACK = (0.1, 4.0)
"""Added to the limits: of the burnt share, and of roughness (0..255)."""
FLAT = 0.35
"""A picture with less contrast than this share of the flattest sound one is empty."""


@dataclass(frozen=True)
class Collapse:
    """1 for a picture that fell apart, 0 for a sound one."""

    name: str = "collapse"
    needs: frozenset[Need] = frozenset({"baseline"})

    def read(self, seen: Seen) -> Measured:
        """Burnt, rough or flat beyond what is sound, or nobody there."""
        drawn = statistics(seen.drawn.pictures)
        sound = np.concatenate(
            [drawn[seen.of_base], statistics((*seen.references.pictures, *seen.training.pictures))]
        )
        high = np.quantile(sound[:, :2], MOST, axis=0) * BEYOND + SLACK
        bad = (drawn[:, :2] > high).any(axis=1) | (drawn[:, 2] < FLAT * sound[:, 2].min())
        if seen.drawn.judges.finder is not None:
            nobody = np.asarray([one is None for one in seen.drawn.found])
            twin_has = np.where(seen.twins >= 0, ~nobody[seen.twins], False)
            bad |= nobody & twin_has
        what = "whether the picture fell apart"
        return Measured(bad.astype(np.float64), MeasureNote(name=self.name, what=what))


def statistics(pictures: Sequence[Pixels]) -> Numbers:
    """(n, 3): share of burnt pixels, median roughness, contrast (the last two in 0..255)."""
    return np.asarray([_statistics(picture) for picture in pictures], dtype=np.float64)


def _statistics(picture: Pixels) -> tuple[float, float, float]:
    colours = picture.astype(np.float32)
    # Plain white or black grounds are sound; burnt is what is extreme in one channel but not grey.
    extreme = (picture <= 2) | (picture >= 253)
    grey = np.ptp(picture, axis=2) < 24
    burnt = float((extreme.any(axis=2) & ~grey).mean())
    grey_level = colours.mean(axis=2)
    # Second differences see noise, and neither slopes nor flat ground with a few lines.
    across = np.abs(grey_level[:, 2:] - 2 * grey_level[:, 1:-1] + grey_level[:, :-2])
    return burnt, float(np.median(across)), float(colours.reshape(-1, 3).std(axis=0).mean())

"""Find a vertical line where two places meet, as stitched training pictures leave it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Mask, Pixels
from castmates.scenes.cutting import widened

SURE = 4.0
"""z-score of a column from which it is a seam."""
NEAR = 0.06
"""How far from a border it is looked for, in shares of the width."""
_RIM = 1 / 16
"""What a figure's own outline may blur, in shares of the shorter side."""
_ROWS = 0.25
"""Share of a column's rows that must be free of figures to be read."""


def seam_score(picture: Pixels, figures: Sequence[Mask], borders: Sequence[float]) -> float:
    """How much the strongest column near a border stands out among the others, as a z-score.

    Per column the mean horizontal gradient over rows without a figure. A picture's own verticals
    (trees, houses) are in the spread that it is compared with.

    Args:
        figures: (H, W) of everybody found.
        borders: where places meet, 0..1 of the width.

    Returns:
        0 where no column near a border can be read.
    """
    grey = picture.astype(np.float64).mean(2)
    steps = np.abs(np.diff(grey, axis=1))
    open_ = np.ones(picture.shape[:2], np.bool_)
    for mask in figures:
        open_ &= ~widened(mask, _RIM)
    free = open_[:, 1:] & open_[:, :-1]
    rows = free.sum(0)
    columns = np.where(rows, (steps * free).sum(0) / np.maximum(rows, 1), np.nan)
    columns[rows < _ROWS * len(grey)] = np.nan
    near = _near(columns.shape[0], borders)
    here, rest = columns[near], columns[~near]
    here, rest = here[~np.isnan(here)], rest[~np.isnan(rest)]
    if not len(here) or len(rest) < 3:
        return 0.0
    return float((here.max() - rest.mean()) / max(float(rest.std()), 1.0))


def borders_of(places: Sequence[tuple[float, float, float, float]]) -> list[float]:
    """Where neighbouring places meet, 0..1 of the width."""
    ordered = sorted(places, key=lambda box: box[0] + box[2])
    return [(left[2] + right[0]) / 2 for left, right in pairwise(ordered)]


def _near(width: int, borders: Sequence[float]) -> NDArray[np.bool_]:
    places = (np.arange(width) + 1) / (width + 1)
    near = np.zeros(width, np.bool_)
    for border in borders:
        near |= np.abs(places - border) <= NEAR
    return near

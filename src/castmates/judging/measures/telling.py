"""How well a number tells two kinds of pictures apart; knows no pictures."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

WEAK = 0.75
"""A reader that is right more rarely is told to be weak."""


def auc(real: ArrayLike, strangers: ArrayLike) -> float:
    """The share of (real, stranger) pairs in which the real one is higher; ties count half.

    The area under the ROC curve (Mann and Whitney, 1947). NaN in either are left out; without any
    pair .5: nothing is known.
    """
    high, low = (np.asarray(v, dtype=np.float64).ravel() for v in (real, strangers))
    high, low = high[~np.isnan(high)], low[~np.isnan(low)]
    if not len(high) or not len(low):
        return 0.5
    gaps = high[:, None] - low[None]
    return float((gaps > 1e-12).mean() + 0.5 * (np.abs(gaps) <= 1e-12).mean())


def weight(area: float) -> float:
    """What a reader's word counts: 1 if it always tells apart, 0 if it guesses (2 AUC - 1)."""
    return max(0.0, 2 * area - 1)

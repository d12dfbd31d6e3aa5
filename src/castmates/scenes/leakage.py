"""How much characters leak into each other where each is asked for alone; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from castmates.judging.likeness import Vectors
from castmates.scenes.looking import Known

KNOWN = 0.5
"""Calibrated likeness from which somebody is recognised (0 a stranger, 1 itself)."""
NOBODY = "nobody"


@dataclass(frozen=True, eq=False)
class Leakage:
    """Who is drawn when whose trigger stands alone in the prompt.

    Attributes:
        names: the characters.
        drawn: (K, K + 1) shares of each one's pictures by whom they are most like; the last column
            is nobody, where no likeness reaches `KNOWN`. Rows sum to 1.
        likeness: (K, K) mean calibrated likeness to each.
    """

    names: tuple[str, ...]
    drawn: NDArray[np.float64]
    likeness: NDArray[np.float64]

    @property
    def own(self) -> float:
        """Share of all pictures that show who was asked for."""
        return float(np.mean(np.diagonal(self.drawn)))

    @property
    def leaked(self) -> float:
        """Share of all pictures that show another one of them."""
        return float(np.mean(self.drawn[:, :-1].sum(1) - np.diagonal(self.drawn)))

    def lines(self) -> list[str]:
        """The shares as a table."""
        wide = max(8, *(len(name) for name in self.names)) + 2
        head = "".join(f"{name:>{wide}}" for name in (*self.names, NOBODY))
        rows = [
            f"{name:<{wide}}" + "".join(f"{100 * share:>{wide - 2}.0f} %" for share in shares)
            for name, shares in zip(self.names, self.drawn, strict=True)
        ]
        return [f"{'asked':<{wide}}" + head, *rows]


def leakage(pictures: Mapping[str, Vectors], known: Mapping[str, Known]) -> Leakage:
    """The matrix of some characters.

    Args:
        pictures: whose trigger was asked -> (n, d) unit rows of what was drawn, n >= 1.
        known: all of them, and what their real pictures look like.
    """
    names = tuple(pictures)
    like = {
        asked: np.stack([known[name].likeness(rows) for name in names], axis=1)
        for asked, rows in pictures.items()
    }
    drawn = np.zeros((len(names), len(names) + 1))
    for row, asked in enumerate(names):
        nearest = np.where(like[asked].max(1) >= KNOWN, like[asked].argmax(1), len(names))
        drawn[row] = np.bincount(nearest, minlength=len(names) + 1) / len(nearest)
    return Leakage(names, drawn, np.stack([like[asked].mean(0) for asked in names]))

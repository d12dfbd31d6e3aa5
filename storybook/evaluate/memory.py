"""Looks for drawn pictures that copy a training picture; knows not what they show.

After Carlini et al. 2023 (2301.13188): a copy is nearer to its nearest training picture than
pictures of the same world are to theirs. Pictures are compared small (16 x 16, RGB), so that the
base's brush does not hide a copied composition.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

SMALL = 16
SURE = 0.01
"""The share of fresh renders that lie nearer than the border."""

Rows = NDArray[np.float32]


def rows_of(pictures: Sequence[NDArray[np.uint8]]) -> Rows:
    """(n, 16 * 16 * 3) in 0..1 of pictures (h, w, 3)."""
    small = [
        np.asarray(Image.fromarray(np.asarray(p)).resize((SMALL, SMALL), Image.Resampling.BOX))
        for p in pictures
    ]
    rows = np.stack(small).astype(np.float32) / np.float32(255)
    return np.asarray(rows.reshape(len(small), -1), np.float32)


def nearest(rows: Rows, trained: Rows) -> tuple[Rows, NDArray[np.int64]]:
    """The root mean square distance of each row to the nearest trained one, and which it is."""
    lengths = (trained**2).sum(1)
    squares = (rows**2).sum(1)[:, None] + lengths[None] - 2 * rows @ trained.T
    at = squares.argmin(1)
    best = np.maximum(squares[np.arange(len(rows)), at], 0)
    return np.sqrt(best / rows.shape[1]).astype(np.float32), at


@dataclass(frozen=True)
class Copying:
    """How many of the drawn pictures lie nearer to a training picture than fresh renders do."""

    copied: float
    border: float
    drawn: float
    fresh: float
    count: int
    pairs: tuple[tuple[int, int], ...]

    def __str__(self) -> str:
        return (
            f"{100 * self.copied:.1f} % nearer to a training picture than 99 % of fresh renders "
            f"are (expected 1 %); median distance {self.drawn:.3f}, of fresh renders "
            f"{self.fresh:.3f}; n = {self.count}"
        )


def copying(
    drawn: Sequence[NDArray[np.uint8]],
    fresh: Sequence[NDArray[np.uint8]],
    trained: Sequence[NDArray[np.uint8]],
) -> Copying:
    """Compare drawn pictures and fresh renders with all training pictures.

    `pairs` are the (drawn, trained) indices of the three nearest, for looking at.
    """
    rows = rows_of(trained)
    away, at = nearest(rows_of(drawn), rows)
    usual, _ = nearest(rows_of(fresh), rows)
    border = float(np.quantile(usual, SURE))
    order = np.argsort(away)[:3]
    return Copying(
        copied=float((away < border).mean()),
        border=border,
        drawn=float(np.median(away)),
        fresh=float(np.median(usual)),
        count=len(away),
        pairs=tuple((int(i), int(at[i])) for i in order),
    )

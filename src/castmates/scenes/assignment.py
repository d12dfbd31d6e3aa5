"""Who is who: the pairing of rows and columns with the greatest sum; knows no picture.

The Hungarian method by shortest augmenting paths with potentials (Kuhn 1955; Jonker & Volgenant
1987), O(n³).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def assigned(gains: NDArray[np.float64]) -> list[tuple[int, int]]:
    """Row and column of every pair, in order of rows; as many as the shorter side has.

    Args:
        gains: (rows, columns), finite.
    """
    rows, columns = gains.shape
    if rows > columns:
        return sorted((row, column) for column, row in assigned(gains.T))
    costs = -np.asarray(gains, np.float64)
    # Rows and columns count from 1; 0 is the column that a search begins in.
    of_row, of_column = np.zeros(rows + 1), np.zeros(columns + 1)
    taken = np.zeros(columns + 1, np.intp)
    for row in range(1, rows + 1):
        taken[0] = row
        way = _searched(costs, of_row, of_column, taken)
        at = way[-1][0]
        back = dict(way)
        while at:
            taken[at] = taken[back[at]]
            at = back[at]
    return sorted((int(taken[c]) - 1, c - 1) for c in range(1, columns + 1) if taken[c])


def _searched(
    costs: NDArray[np.float64],
    of_row: NDArray[np.float64],
    of_column: NDArray[np.float64],
    taken: NDArray[np.intp],
) -> list[tuple[int, int]]:
    """Columns on the way to the nearest free one, each with the one before; potentials follow."""
    columns = costs.shape[1]
    least = np.full(columns + 1, np.inf)
    before = np.zeros(columns + 1, np.intp)
    done = np.zeros(columns + 1, np.bool_)
    way: list[tuple[int, int]] = []
    at = 0
    while True:
        done[at] = True
        row = taken[at]
        for column in np.flatnonzero(~done[1:]) + 1:
            reduced = costs[row - 1, column - 1] - of_row[row] - of_column[column]
            if reduced < least[column]:
                least[column], before[column] = reduced, at
        open_ = np.where(done, np.inf, least)
        open_[0] = np.inf
        nearest = int(open_.argmin())
        step = float(open_[nearest])
        of_row[taken[done]] += step
        of_column[done] -= step
        least[~done] -= step
        at = nearest
        way.append((at, int(before[at])))
        if not taken[at]:
            return way

"""The greatest sum, against all permutations."""

from __future__ import annotations

from itertools import permutations

import numpy as np
import pytest

from castmates.scenes.assignment import assigned


@pytest.mark.parametrize("seed", range(40))
def test_it_is_the_best_of_all_pairings(seed: int) -> None:
    numbers = np.random.default_rng(seed)
    rows, columns = numbers.integers(1, 6, 2)
    gains = numbers.normal(size=(rows, columns)).round(1 if seed % 2 else 6)
    found = assigned(gains)
    assert len(found) == min(rows, columns)
    assert len({row for row, _ in found}) == len({column for _, column in found}) == len(found)
    if rows > columns:
        gains, found = gains.T, [(c, r) for r, c in found]
    best = max(
        sum(gains[i, c] for i, c in enumerate(way))
        for way in permutations(range(gains.shape[1]), gains.shape[0])
    )
    assert sum(gains[r, c] for r, c in found) == pytest.approx(best)


def test_nobody_to_pair() -> None:
    assert assigned(np.zeros((0, 3))) == []
    assert assigned(np.zeros((2, 0))) == []

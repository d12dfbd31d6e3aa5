"""Copies of training pictures are found, pictures of the same kind are not called copies."""

from __future__ import annotations

import numpy as np
import pytest

from storybook.evaluate.memory import copying, nearest, rows_of


def noise(count: int, seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return list(rng.integers(0, 256, (count, 32, 32, 3), dtype=np.uint8))


def test_the_nearest_row_is_found_with_its_distance() -> None:
    rows = rows_of(noise(20, 1))
    away, at = nearest(rows[3:5], rows)
    assert at.tolist() == [3, 4]
    assert away == pytest.approx([0, 0], abs=1e-3)


def test_copies_are_told_from_pictures_of_the_same_kind() -> None:
    trained, fresh = noise(60, 1), noise(60, 2)
    assert copying(noise(60, 3), fresh, trained).copied < 0.1
    found = copying([*noise(10, 4), trained[7]], fresh, trained)
    assert found.copied >= 1 / 11
    assert found.pairs[0] == (10, 7)
    assert "n = 11" in str(found)

"""Colours are shifted a little, on a third of the looks, and never darkened as in kohya."""

from __future__ import annotations

from random import Random

import numpy as np

from castmates.training.tints import PLAIN, Tint, tint_of


def test_a_third_of_the_looks_is_shifted_within_bounds() -> None:
    found = [tint_of(Random(n)) for n in range(3000)]
    shifted = [tint for tint in found if tint != PLAIN]
    assert 0.29 < len(shifted) / 3000 < 0.37
    assert all(abs(t.degrees) <= 16 and 0.95 <= t.gamma <= 1.05 for t in shifted)
    assert all((t.degrees == 0) != (t.gamma == 1) for t in shifted)


def test_nothing_shifted_is_the_same_array() -> None:
    pixels = np.arange(48, dtype=np.uint8).reshape(4, 4, 3)
    assert PLAIN.of(pixels) is pixels


def test_hues_turn_and_greys_stay() -> None:
    pixels = np.array([[[200, 0, 0], [90, 90, 90], [255, 255, 255], [0, 0, 0]]], np.uint8)
    turned = Tint(degrees=120).of(pixels)
    assert turned.tolist() == [[[0, 200, 0], [90, 90, 90], [255, 255, 255], [0, 0, 0]]]
    assert Tint(degrees=60).of(pixels)[0, 0].tolist() == [200, 200, 0]
    around = np.random.default_rng(0).integers(0, 256, (9, 9, 3), dtype=np.uint8)
    assert np.abs(Tint(degrees=360.0).of(around).astype(int) - around).max() <= 1


def test_gamma_is_taken_of_shares_so_white_stays_white() -> None:
    flat = np.full((2, 2, 3), 250, np.uint8)
    for gamma in (0.95, 1.05):
        assert np.abs(Tint(gamma=gamma).of(flat).astype(int) - 250).max() <= 1
    assert Tint(gamma=1.05).of(np.full((1, 1, 3), 255, np.uint8)).tolist() == [[[255] * 3]]
    assert Tint(gamma=1.05).of(np.full((1, 1, 3), 128, np.uint8))[0, 0, 0] < 128

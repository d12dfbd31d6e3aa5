"""Squares, boxes and planes: what is cut out is where it should be."""

from __future__ import annotations

import random

import numpy as np
import pytest

from storybook.oracle.cutting import (
    around,
    cut,
    cut_out,
    jittered,
    out_of,
    overlap,
    plane,
    whole,
    within,
)


def test_a_whole_square_picture_is_cut_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (128, 128, 3)).astype(np.uint8)
    assert np.array_equal(cut(picture, whole(picture)), picture)


def test_a_square_is_a_fifth_wider_than_its_box_and_around_its_middle() -> None:
    left, top, side = around((10.0, 20.0, 30.0, 60.0))
    assert side == pytest.approx(48.0)
    assert (left + side / 2, top + side / 2) == pytest.approx((20.0, 40.0))


def test_within_and_out_of_undo_each_other() -> None:
    box, square = (3.0, 5.0, 40.0, 90.0), (-7.0, 2.0, 99.0)
    assert out_of(within(box, square), square) == pytest.approx(box)


@pytest.mark.parametrize("box", [(40, 30, 80, 90), (0, 0, 50, 128), (100, 90, 128, 128)])
def test_what_is_in_the_box_is_in_the_plane(box: tuple[float, float, float, float]) -> None:
    picture = np.zeros((128, 128, 3), np.uint8)
    left, top, right, bottom = box
    picture[int(top) : int(bottom), int(left) : int(right)] = 255
    one = cut_out(picture, box)
    meant = plane(one.box)
    assert one.pixels.shape == (128, 128, 3)
    assert one.pixels[meant > 0].mean() > 245
    # Beyond the picture its edge is repeated, so only the inside counts for the rest.
    square = around(box)
    if square[0] > 0 and square[1] > 0 and square[0] + square[2] < 128:
        assert one.pixels[meant == 0].mean() < 20


def test_wide_pictures_keep_their_proportions() -> None:
    picture = np.zeros((50, 100, 3), np.uint8)
    picture[20:30, 45:55] = 255
    seen = cut(picture, whole(picture))[..., 0] > 127
    assert seen.any(0).sum() == seen.any(1).sum()


def test_overlap_by_hand() -> None:
    assert overlap((0, 0, 2, 2), (0, 0, 2, 2)) == pytest.approx(1.0)
    assert overlap((0, 0, 2, 2), (1, 0, 3, 2)) == pytest.approx(1 / 3)
    assert overlap((0, 0, 1, 1), (2, 2, 3, 3)) == 0.0


def test_jitter_stays_near() -> None:
    rng, box = random.Random(0), (10.0, 20.0, 60.0, 120.0)
    assert min(overlap(box, jittered(box, rng)) for _ in range(200)) > 0.7

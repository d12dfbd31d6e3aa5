"""Likeness by an encoder counts halvings of the distance to the character."""

import numpy as np
import pytest

from castmates.judging.measures.likeness import NEAREST, closeness


def test_every_halving_of_the_distance_adds_as_much() -> None:
    near = closeness(np.asarray([0.2, 0.6, 0.8, 0.9]))
    assert np.diff(near) == pytest.approx(np.log(2))


def test_two_files_of_one_picture_are_no_further_than_the_nearest() -> None:
    same, almost = closeness(np.asarray([1.0, 1.0 - NEAREST / 2]))
    assert same == almost == pytest.approx(-np.log(NEAREST))

"""Pictures reach a tagger as its makers prepared them: white square, BGR, 0 to 255."""

from __future__ import annotations

import numpy as np

from castmates.backends.preparing import prepared
from tests.backends.tiny_models import plain


def test_a_wide_picture_stands_in_the_middle_of_white() -> None:
    values = prepared([plain(200, 100, 50, width=8, height=4)], 8)
    assert values.shape == (1, 8, 8, 3)
    assert values.dtype == np.float32
    assert (values[0, :2] == 255).all()
    assert (values[0, 6:] == 255).all()
    assert (values[0, 2:6] == (50, 100, 200)).all()


def test_a_tall_picture_of_another_size_is_resized_after_padding() -> None:
    values = prepared([plain(0, 0, 0, width=10, height=40), plain(1, 2, 3)], 20)
    assert values.shape == (2, 20, 20, 3)
    assert (values[0, :, :6] == 255).all()
    assert values[0, 10, 10].tolist() == [0, 0, 0]
    assert (values[1] == (3, 2, 1)).all()

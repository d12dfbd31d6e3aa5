"""What was laid on white comes back with its transparency."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from castmates.files.colours import flat
from castmates.pictures.transparency import as_rgba, unflattened


def test_laid_on_white_again_every_value_is_as_it_was() -> None:
    colours, alphas = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    whole = np.dstack([colours, colours[:, ::-1], 255 - colours, alphas])
    first = flat(Image.fromarray(whole))
    assert first.alpha is not None
    again = as_rgba(unflattened(first.pixels, first.alpha), first.alpha)
    second = flat(Image.open(io.BytesIO(again)))
    assert second.alpha is not None
    assert np.array_equal(second.pixels, first.pixels)
    assert np.array_equal(second.alpha, first.alpha)


def test_a_mask_of_one_s_own_leaves_the_picture() -> None:
    pixels = np.random.default_rng(0).integers(0, 200, (8, 8, 3), np.uint8)
    assert np.array_equal(unflattened(pixels, np.zeros((8, 8), np.uint8)), pixels)

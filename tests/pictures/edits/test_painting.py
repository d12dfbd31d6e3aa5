"""Backgrounds: inside the figure nothing changes, outside nothing of the old one is left."""

from __future__ import annotations

import numpy as np

from castmates.pictures.edits.painting import on_blur, on_colour, spread

HIGH, WIDE = 80, 96


def scene() -> tuple[np.ndarray, np.ndarray]:
    """A red box on a busy green and blue ground, mixed in the pixels of its rim."""
    rng = np.random.default_rng(0)
    pixels = np.zeros((HIGH, WIDE, 3), np.uint8)
    pixels[..., 1:] = rng.integers(60, 255, (HIGH, WIDE, 2))
    figure = np.zeros((HIGH, WIDE), np.uint8)
    figure[20:60, 30:70] = 255
    pixels[figure > 0] = (200, 10, 10)
    for rows, columns in ((slice(20, 60), 30), (slice(20, 60), 69)):
        pixels[rows, columns] = (100, 60, 60)
    return pixels, figure


def test_a_colour_is_even_outside_and_the_figure_untouched_inside() -> None:
    pixels, figure = scene()
    done, soft = on_colour(pixels, figure, (10, 20, 30))
    assert (done[:14] == (10, 20, 30)).all()
    assert (done[:, 76:] == (10, 20, 30)).all()
    assert np.array_equal(done[24:56, 34:66], pixels[24:56, 34:66])
    assert (soft[:14] == 0).all()
    assert (soft[24:56, 34:66] == 255).all()


def test_no_seam_of_the_old_background_is_left() -> None:
    pixels, figure = scene()
    done, _ = on_colour(pixels, figure, (255, 255, 255))
    # Red on white: green and blue are alike everywhere, the old ground had them apart.
    assert np.abs(done[..., 1].astype(int) - done[..., 2]).max() <= 1
    assert done[24:56, 30, 0].min() >= 195


def test_a_blur_takes_nothing_from_the_figure() -> None:
    pixels, figure = scene()
    done = on_blur(pixels, figure, figure)
    assert np.array_equal(done[24:56, 34:66], pixels[24:56, 34:66])
    outside = done[:, 76:]
    assert outside[..., 0].max() <= 2, "no red runs out"
    assert outside[..., 1].std() < 0.4 * pixels[:, 76:, 1].std()


def test_a_blur_of_one_colour_is_that_colour() -> None:
    even = np.full((HIGH, WIDE, 3), (9, 99, 199), np.uint8)
    weights = np.random.default_rng(1).random((HIGH, WIDE)).astype(np.float32)
    assert np.abs(spread(even, weights, 5.0) - even).max() < 0.01

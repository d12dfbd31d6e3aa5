"""Cutting and turning move a picture and its masks as one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.pictures.edits.layers import Layers, bounds, cut, inner, turned

HIGH, WIDE = 40, 60


def layers(seed: int = 0) -> Layers:
    """The red of each pixel is its alpha, the green its figure: so they can be compared later."""
    pixels = np.random.default_rng(seed).integers(0, 256, (HIGH, WIDE, 3), np.uint8)
    return Layers(pixels, pixels[..., 0].copy(), pixels[..., 1].copy())


def alike(one: Layers) -> None:
    assert one.alpha is not None
    assert one.figure is not None
    assert np.array_equal(one.pixels[..., 0], one.alpha)
    assert np.array_equal(one.pixels[..., 1], one.figure)


def test_a_cut_is_to_the_pixel_and_masks_go_along() -> None:
    whole = layers()
    part = cut(whole, (10, 4, 50, 30))
    assert np.array_equal(part.pixels, whole.pixels[4:30, 10:50])
    alike(part)
    assert cut(whole, (-5, -5, 500, 500)).size == (WIDE, HIGH)


@pytest.mark.parametrize("box", [(0, 0, 5, 40), (58, 0, 90, 40), (0, 100, 60, 140)])
def test_a_cut_that_leaves_nothing_is_refused(box: tuple[int, int, int, int]) -> None:
    with pytest.raises(BadInput, match="leaves"):
        cut(layers(), box)


@given(st.integers(-4, 4), st.integers(-4, 4))
def test_quarter_turns_lose_nothing(one: int, two: int) -> None:
    whole = layers()
    twice = turned(turned(whole, 90 * one), 90 * two)
    alike(twice)
    assert np.array_equal(twice.pixels, turned(whole, 90 * ((one + two) % 4)).pixels)


def test_a_quarter_turn_is_clockwise() -> None:
    whole = layers()
    once = turned(whole, 90)
    assert once.size == (HIGH, WIDE)
    assert np.array_equal(once.pixels[0, -1], whole.pixels[0, 0])
    assert np.array_equal(turned(whole, -90).pixels, turned(whole, 270).pixels)


def test_a_small_turn_is_clockwise_and_masks_go_along() -> None:
    pixels = np.full((101, 101, 3), 255, np.uint8)
    pixels[46:55, 70:79] = 0
    figure = np.where(pixels[..., 0] == 0, 255, 0).astype(np.uint8)
    done = turned(Layers(pixels, figure=figure), 30, (255, 255, 255))
    assert done.figure is not None
    box = bounds(done.figure)
    assert box is not None
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    middle = done.size[0] / 2
    # 24 pixels to the right of the middle become 30 degrees below.
    assert x - middle == pytest.approx(24 * np.cos(np.radians(30)), abs=1.5)
    assert y - middle == pytest.approx(24 * np.sin(np.radians(30)), abs=1.5)
    assert done.pixels[round(y), round(x)].max() < 60


@settings(deadline=None, max_examples=60)
@given(st.floats(-359, 359), st.integers(64, 160), st.integers(64, 160))
def test_without_a_fill_no_corner_is_seen(degrees: float, wide: int, high: int) -> None:
    figure = np.full((high, wide), 255, np.uint8)
    white = Layers(np.full((high, wide, 3), 7, np.uint8), figure=figure)
    done = turned(white, degrees)
    assert (done.pixels == 7).all()
    assert done.figure is not None
    assert (done.figure == 255).all()


def test_the_largest_upright_rectangle() -> None:
    # A square turned by 45 degrees holds one of side a / sqrt(2).
    assert inner(1000, 1000, 45) == pytest.approx((707, 707), abs=3)
    assert inner(1000, 500, 0.0001) == pytest.approx((1000, 500), abs=3)
    assert inner(1000, 10, 30) == inner(1000, 10, -30)
    wide, high = inner(800, 600, 20)
    sine, cosine = np.sin(np.radians(20)), np.cos(np.radians(20))
    assert wide * cosine + high * sine <= 800
    assert wide * sine + high * cosine <= 600


def test_bounds() -> None:
    mask = np.zeros((20, 30), np.uint8)
    assert bounds(mask) is None
    mask[3:9, 5:11] = 255
    assert bounds(mask) == (5, 3, 11, 9)

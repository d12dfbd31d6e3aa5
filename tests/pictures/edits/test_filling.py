"""Only the hole changes, a plain ground comes back as it was, holes move with their pictures."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from pydantic import ValidationError

from castmates.core.errors import Missing, Unfit
from castmates.pictures.edits.filling import filled, of_boxes, placed, tool
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.replay import hole_of, moved, replayed
from castmates.pictures.edits.steps import METHODS, Crop, Inpaint, Method, Turn

BOX = (20, 30, 44, 50)


def ground(high: int = 90, wide: int = 120) -> np.ndarray:
    """A soft slope from one colour to another, on which a square thing lies."""
    across = np.linspace(60, 180, wide)[None, :, None] + np.zeros((high, 1, 3))
    pixels = np.rint(across + np.array([0, 10, 20])).astype(np.uint8)
    left, top, right, bottom = BOX
    pixels[top + 2 : bottom - 2, left + 2 : right - 2] = (250, 10, 10)
    return pixels


def test_without_opencv_it_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", None)
    with pytest.raises(Missing, match=r"OpenCV.*castmates\[edit\]"):
        tool()


@pytest.mark.parametrize("method", METHODS)
def test_only_the_hole_changes_and_the_thing_is_gone(method: Method) -> None:
    pytest.importorskip("cv2")
    pixels = ground()
    hole = of_boxes((BOX,), 120, 90)
    done = filled(pixels, hole, method)
    assert np.array_equal(done[hole == 0], pixels[hole == 0])
    true = np.linspace(60, 180, 120)[None, :] + np.zeros((90, 1))
    assert np.abs(done[..., 0].astype(float) - true)[hole > 0].max() < 12
    assert np.array_equal(filled(pixels, hole, method), done)


@pytest.mark.parametrize("method", METHODS)
def test_what_was_in_the_hole_has_no_say_and_one_colour_comes_back(method: Method) -> None:
    pytest.importorskip("cv2")
    pixels = np.full((64, 80, 3), (200, 90, 30), np.uint8)
    hole = of_boxes(((30, 20, 50, 40),), 80, 64)
    found = []
    for value in (7, 128, 255):
        hurt = pixels.copy()
        hurt[hole > 0] = value
        found.append(filled(hurt, hole, method))
    assert all(np.array_equal(one, found[0]) for one in found)
    away = np.abs(found[0].astype(int) - pixels).max()
    assert away == 0 if method == "navier-stokes" else away <= 3


def test_a_hole_that_is_none_or_everything_is_refused() -> None:
    pytest.importorskip("cv2")
    for value in (0, 255):
        with pytest.raises(Unfit, match="hole is"):
            filled(ground(), np.full((90, 120), value, np.uint8))


def test_a_mask_is_placed_and_what_stands_over_is_cut() -> None:
    mask = np.full((10, 20), 255, np.uint8)
    assert np.array_equal(placed(mask, (5, 3), 40, 30), of_boxes(((5, 3, 25, 13),), 40, 30))
    assert np.array_equal(placed(mask, (-5, -3), 40, 30), of_boxes(((0, 0, 15, 7),), 40, 30))
    assert np.array_equal(placed(mask, (30, 25), 40, 30), of_boxes(((30, 25, 40, 30),), 40, 30))
    assert not placed(mask, (50, 50), 40, 30).any()


def test_a_hole_grows_on_every_side() -> None:
    pytest.importorskip("cv2")
    step = Inpaint(boxes=((10, 10, 20, 20),), grow=3)
    hole = hole_of(step, (40, 40))
    rows = np.flatnonzero(hole.any(1))
    assert (rows[0], rows[-1]) == (7, 22)


@pytest.mark.parametrize("by_mask", [False, True])
def test_without_the_cut_before_it_the_same_thing_is_painted_over(by_mask: bool) -> None:
    pytest.importorskip("cv2")
    layers, cut = Layers(ground()), Crop(box=(10, 20, 110, 85))
    inside = (BOX[0] - 10, BOX[1] - 20, BOX[2] - 10, BOX[3] - 20)
    masks = {"m": of_boxes((inside,), 100, 65)}
    step = Inpaint(mask="m") if by_mask else Inpaint(boxes=(inside,))
    before = replayed(layers, [cut, step], masks.__getitem__).pixels
    (alone,) = moved([cut, step], 0, layers)
    after = replayed(layers, [alone], masks.__getitem__).pixels
    assert np.array_equal(after[20:85, 10:110], before)
    turned = moved([Turn(degrees=90), step], 0, layers)
    assert turned == [step]


@pytest.mark.parametrize("facts", [{}, {"boxes": (BOX,), "mask": "m"}, {"boxes": ((5, 5, 5, 9),)}])
def test_a_step_has_boxes_or_a_mask(facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Inpaint.model_validate(facts)

"""What is kept of a finder's answer, and pictures drawn anew by their steps."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.core.errors import Unfit
from castmates.core.ports import Found
from castmates.pictures.edits.figures import figures_of
from castmates.pictures.edits.layers import Layers
from castmates.pictures.edits.replay import moved, replayed
from castmates.pictures.edits.steps import Background, Crop, Step, Subject, Turn, Unbar

HIGH, WIDE = 60, 80


def mask(left: int, top: int, right: int, bottom: int) -> np.ndarray:
    found = np.zeros((HIGH, WIDE), bool)
    found[top:bottom, left:right] = True
    return found


def test_the_largest_is_first_and_left_to_right() -> None:
    small, large = mask(2, 10, 22, 30), mask(30, 5, 70, 55)
    speck = mask(74, 50, 77, 53)
    masks = (small, large, speck)
    found = [Found((0, 0, 80, 60), 0.5, mask=m) for m in masks]
    figures = figures_of([*found, Found((35, 5, 45, 15), 0.9, "face")], WIDE, HIGH)
    assert figures.boxes == ((30, 5, 70, 55), (2, 10, 22, 30), (74, 50, 77, 53))
    assert figures.large(0.1) == [2, 1]
    for whom, wanted in ((1, large), (2, small), (0, small | large | speck)):
        covered = figures.mask(whom, WIDE, HIGH)
        assert covered is not None
        assert np.array_equal(covered == 255, wanted)
    assert figures.mask(9, WIDE, HIGH) is None


def test_the_surer_has_a_shared_pixel_and_empty_ones_are_nobody() -> None:
    one, two = mask(0, 0, 30, 40), mask(20, 0, 50, 40)
    found = [Found((0, 0, 9, 9), 0.6, mask=one), Found((0, 0, 9, 9), 0.9, mask=two)]
    figures = figures_of([*found, Found((0, 0, 9, 9), 0.9, mask=mask(0, 0, 0, 0))], WIDE, HIGH)
    assert len(figures.boxes) == 2
    assert figures.labels is not None
    assert figures.labels[0, 25] == figures.labels[0, 45] != figures.labels[0, 5]


def test_boxes_alone_cut_and_paint_nothing() -> None:
    figures = figures_of([Found((1.2, -4.0, 30.5, 99.0), 0.6, "person")], WIDE, HIGH)
    assert figures.boxes == ((1, 0, 31, 60),)
    assert figures.labels is None
    covered = figures.mask(1, WIDE, HIGH)
    assert covered is not None
    assert np.array_equal(covered == 255, mask(1, 0, 31, 60))
    assert figures_of([Found((90, 0, 99, 9), 0.6)], WIDE, HIGH).boxes == ()


def test_a_face_counts_where_nobody_whole_is() -> None:
    assert figures_of([Found((10, 10, 30, 30), 0.6, "face")], WIDE, HIGH).boxes == (
        (10, 10, 30, 30),
    )


def scene() -> Layers:
    pixels = np.random.default_rng(2).integers(0, 256, (HIGH, WIDE, 3), np.uint8)
    return Layers(pixels, figure=np.where(mask(30, 20, 50, 44), 255, 0).astype(np.uint8))


def test_the_subject_is_found_wherever_it_was_moved() -> None:
    whole = scene()
    straight = replayed(whole, [Subject(margin=0.25)])
    assert np.array_equal(straight.pixels, whole.pixels[14:50, 24:56])
    around = replayed(whole, [Crop(box=(10, 10, 80, 60)), Turn(degrees=90), Subject(margin=0.25)])
    assert np.array_equal(around.pixels, np.rot90(straight.pixels, -1))


def test_steps_that_want_a_figure_refuse_without_one() -> None:
    bare = Layers(scene().pixels)
    for step in (Subject(), Background(to="white")):
        with pytest.raises(Unfit, match="Nobody is known"):
            replayed(bare, [step])
    away = Crop(box=(0, 0, 20, 20))
    with pytest.raises(Unfit, match="Nobody is known"):
        replayed(scene(), [away, Subject()])


def test_transparency_is_white_with_a_mask_and_a_colour_is_opaque() -> None:
    clear = replayed(scene(), [Background(to="transparent")])
    assert clear.alpha is not None
    assert (clear.pixels[0, 0] == 255).all()
    assert (clear.alpha[0, 0], clear.alpha[30, 40]) == (0, 255)
    assert replayed(clear, [Background(to="red")]).alpha is None


def test_taking_a_step_away_leaves_the_others_showing_the_same() -> None:
    steps: list[Step] = [Unbar(top=5, left=7), Crop(box=(3, 4, 43, 44)), Background(to="white")]
    whole = scene()
    rest = moved(steps, 0, whole)
    assert rest == [Crop(box=(10, 9, 50, 49)), Background(to="white")]
    assert np.array_equal(replayed(whole, steps).pixels, replayed(whole, rest).pixels)
    assert moved(steps, 2, whole) == steps[:2]

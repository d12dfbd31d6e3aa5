import numpy as np
import pytest

from castmates.core.errors import Unfit
from castmates.judging.likeness import RealPictures, alike, among, layouts, nearest
from tests.judging import tiny


def units(count: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, 8)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def test_the_same_picture_everywhere_is_fully_alike() -> None:
    row = units(1, 0)
    same = np.repeat(row, 4, axis=0)
    assert alike(row, same) == pytest.approx([1.0])
    assert among(same) == pytest.approx([1.0] * 4)


def test_only_the_better_half_counts() -> None:
    axes = np.eye(4, dtype=np.float32)
    # Leaving out one of three leaves two, of which the better one counts: 1, 1 or 0.
    assert alike(axes[:1], axes[:3]) == pytest.approx([2 / 3])


def test_a_new_real_picture_reaches_the_level_of_the_held_out_ones_on_average() -> None:
    middle = units(1, 5)
    found = []
    for seed in range(60):
        rows = middle + 0.4 * units(5, seed)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        found.append(float(alike(rows[:1], rows[1:])[0] - among(rows[1:]).mean()))
    assert abs(np.mean(found)) < 2.5 * np.std(found) / len(found) ** 0.5


def test_held_out_pictures_are_the_references_when_there_are_two() -> None:
    real = tiny.real(5)
    assert RealPictures(training=real[:3], held_out=real[3:]).references == real[3:]
    few = RealPictures(training=real[:4], held_out=real[4:])
    assert few.references == real
    assert not few.enough


def test_one_real_picture_is_not_enough() -> None:
    with pytest.raises(Unfit, match="at least 2"):
        RealPictures(training=tiny.real(1), held_out=())


def test_a_copy_has_the_same_layout_and_brightness_does_not_matter() -> None:
    picture = tiny.picture(0.5, True, 1)
    brighter = (picture.astype(int) // 2 + 60).astype(np.uint8)
    vectors = layouts([picture, picture, brighter, tiny.picture(0.9, False, 2)])
    assert nearest(vectors[:1], vectors[1:2]) == pytest.approx([1.0], abs=1e-6)
    assert nearest(vectors[:1], vectors[2:3]) == pytest.approx([1.0], abs=1e-3)
    assert nearest(vectors[:1], vectors[3:])[0] < 0.8


def test_a_picture_of_one_colour_has_no_layout_and_does_no_harm() -> None:
    flat = np.full((8, 8, 3), 90, np.uint8)
    assert np.all(layouts([flat]) == 0)

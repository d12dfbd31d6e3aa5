"""Twins are found however they were copied, and nothing else is called one."""

from __future__ import annotations

import io
import random

import numpy as np
import pytest
from PIL import Image

from castmates.pictures.prints import Print, print_of
from castmates.pictures.twins import clusters, pairs
from tests.pictures.drawn import picture
from tests.pictures.planted import cropped, mirrored, planted, shifted


def judged(seeds: range, size: int) -> tuple[int, int, int]:
    """(right, found, wanted) pairs over many sets."""
    right = found = wanted = 0
    for seed in seeds:
        album = planted(seed, size)
        grouped = clusters([print_of(pixels) for pixels in album.pictures])
        said = {(a, b) for group, _ in grouped for a in group for b in group if a < b}
        right += len(said & album.pairs)
        found += len(said)
        wanted += len(album.pairs)
    return right, found, wanted


def test_planted_twins_are_found_and_nothing_else() -> None:
    right, found, wanted = judged(range(32), 128)
    assert wanted >= 32 * 6
    assert right / found >= 0.95
    assert right / wanted >= 0.95


@pytest.mark.slow
@pytest.mark.parametrize("size", [160, 256])
def test_more_of_them_at_other_sizes(size: int) -> None:
    right, found, wanted = judged(range(100, 180), size)
    assert right / found >= 0.95
    assert right / wanted >= 0.95


def test_a_pair_tells_how_it_was_copied() -> None:
    one = np.asarray(picture(3, 200, 200))
    chance = random.Random(4)
    copies = [mirrored(one, chance), shifted(one, chance), cropped(one, chance)]
    kin = pairs([print_of(pixels) for pixels in [one, *copies]])
    assert [k.kind for k in kin if k.first == 0] == ["mirrored", "shifted", "cropped"]


def test_twins_of_twins_are_in_one_group() -> None:
    prints = [print_of(np.asarray(picture(seed, 90, 90))) for seed in (1, 2, 1, 3, 2, 1)]
    assert [group for group, _ in clusters(prints)] == [[0, 2, 5], [1, 4]]
    assert clusters(prints[:1]) == []
    assert clusters([]) == []


def test_a_picture_pressed_resized_moved_or_mirrored_stays_itself() -> None:
    one = picture(3, 128, 128)
    pressed = io.BytesIO()
    one.save(pressed, format="JPEG", quality=50)
    moved = one.transform((128, 128), Image.Transform.AFFINE, (1, 0, 3, 0, 1, 2))
    turned = one.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    variants = [Image.open(pressed), one.resize((90, 90)), moved, turned]
    prints = [print_of(np.asarray(p)) for p in [one, *variants, picture(4)]]
    assert [group for group, _ in clusters(prints)] == [[0, 1, 2, 3, 4]]


def test_one_different_place_makes_two_pictures_no_twins() -> None:
    one = picture(3, 128, 128)
    other = one.copy()
    other.paste((0, 0, 0), (60, 70, 76, 82))
    assert clusters([print_of(np.asarray(p)) for p in (one, other)]) == []


def test_many_copies_of_one_picture_are_one_group_and_cost_little() -> None:
    one, other = print_of(np.asarray(picture(1, 90, 90))), print_of(np.asarray(picture(2, 90, 90)))
    (found,) = clusters([other, *[one] * 3000])
    group, kin = found
    assert group == list(range(1, 3001))
    assert {(k.first, k.kind) for k in kin} == {(1, "same")}


def test_a_print_comes_back_from_its_text() -> None:
    one = print_of(np.asarray(picture(5, 300, 120)))
    again = Print.read(one.text)
    assert np.array_equal(again.grey, one.grey)
    assert np.array_equal(again.tints, one.tints)
    with pytest.raises(ValueError, match="no print"):
        Print.read("AAAA")


def test_flat_pictures_of_two_colours_are_no_twins() -> None:
    flat = [np.full((50, 50, 3), shade, np.uint8) for shade in (20, 200, 200)]
    assert not [k for k in pairs([print_of(p) for p in flat]) if k.first == 0]

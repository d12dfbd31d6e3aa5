"""The sheet of a plot: everything in its place, labels whole, small enough."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.core.ports import Pixels
from castmates.judging.canvas import PAPER, font
from castmates.judging.plots.readings import Reading
from castmates.judging.plots.sheet import LARGEST, MOST_PIXELS, Sheet, draw, lines, sheet_of
from castmates.judging.plots.view import view_of
from tests.judging.plots.plots import plot

PROMPTS = ("pip, hat", "pip, " + "a very long prompt that goes on and on, " * 6)
ALL = (
    ("epoch", ("none", "1", "6")),
    ("strength", ("0.4", "1")),
    ("prompt", PROMPTS),
    ("seed", ("1", "2")),
)


def flat(at: tuple[str, ...]) -> Pixels:
    """A colour of its own for every place."""
    tone = abs(hash(at)) % 200
    return np.full((40, 64, 3), (tone, 255 - tone, 30), np.uint8)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
def test_every_cell_lies_in_its_block_and_no_two_touch(count: int) -> None:
    sheet = sheet_of(view_of(plot(*ALL[:count])), (64, 40), scored=True)
    width, height = sheet.size
    taken = np.zeros((height, width), bool)
    for number, block in enumerate(sheet.view.blocks):
        left, top = sheet.corner(number)
        for row, places in enumerate(block.rows):
            for column, _ in enumerate(places):
                x, y = sheet.place(number, row, column)
                assert left + sheet.band <= x < x + sheet.picture[0] < left + sheet.block[0]
                assert top < y < y + sheet.picture[1] < top + sheet.block[1] <= height
                spot = taken[y : y + sheet.picture[1], x : x + sheet.picture[0]]
                assert not spot.any()
                spot[:] = True


def test_pictures_stand_where_their_values_say_whole_and_undistorted() -> None:
    sheet = sheet_of(view_of(plot(*ALL)), (64, 64))
    page = draw(sheet, flat, ("Pip", "below"))
    assert page.shape == (sheet.size[1], sheet.size[0], 3)
    for number, block in enumerate(sheet.view.blocks):
        at = block.rows[1][2]
        x, y = sheet.place(number, 1, 2)
        assert np.array_equal(page[y + 32, x + 32], flat(at)[0, 0])
        # A wide picture in a square place leaves its upper and lower edge free.
        assert page[y + 2, x + 32].min() > 240


def test_a_place_without_a_picture_is_an_empty_frame() -> None:
    sheet = sheet_of(view_of(plot(*ALL[:2])), (64, 64))
    page = draw(sheet, lambda at: None, ("Pip", ""))
    x, y = sheet.place(0, 0, 0)
    assert tuple(page[y + 32, x + 32]) == PAPER


def test_readings_are_written_below() -> None:
    view = view_of(plot(*ALL[:2]))
    sheet = sheet_of(view, (64, 64), scored=True)
    at = view.blocks[0].rows[0][1]
    said = {at: Reading(name="n", digest="", likeness=0.8, wanted=("hat",), found=())}
    bare, read = (draw(sheet, flat, ("Pip", ""), r) for r in (None, said))
    x, y = sheet.place(0, 0, 1)
    below = (slice(y + 66, y + 84), slice(x - 10, x + 75))
    assert not np.array_equal(bare[below], read[below])
    outside = bare.copy()
    outside[below] = read[below]
    assert np.array_equal(outside, read)


def test_labels_wrap_and_are_never_lost() -> None:
    text = "<lora:a-very-long-name-that-cannot-wrap-on-spaces-at-all:0.8> castle"
    found = lines(text, 120, 20)
    assert all(font(15).getlength(line) <= 120 for line in found)
    assert "".join(found).replace(" ", "") == text.replace(" ", "")
    assert len(lines("word " * 100, 120, 3)) == 3
    assert lines("", 120, 3) == [""]


def test_a_large_plot_has_smaller_cells_and_a_small_one_is_not_blown_up() -> None:
    many = tuple(str(i) for i in range(1, 101))
    large = sheet_of(view_of(plot(("steps", many), ("seed", many))), (512, 512))
    assert large.size[0] * large.size[1] <= MOST_PIXELS
    small = sheet_of(view_of(plot(*ALL[:2])), (64, 64))
    assert small.picture == (64, 64)
    wide = sheet_of(view_of(plot(*ALL[:2])), (2048, 1024))
    assert wide.picture == (LARGEST, LARGEST // 2)
    assert isinstance(wide, Sheet)

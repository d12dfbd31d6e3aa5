"""Places from words and heights."""

from __future__ import annotations

import pytest

from castmates.scenes.layout import SHORTEST, shares_of, stands
from castmates.scenes.scene import Figure


def middles(*places: str, heights: tuple[float | None, ...] = ()) -> list[float]:
    figures = [Figure(name=f"c{i}", place=place) for i, place in enumerate(places)]
    found = stands(figures, heights or (None,) * len(figures))
    return [(stand.box[0] + stand.box[2]) / 2 for stand in found]


def test_without_words_everybody_stands_in_their_order() -> None:
    assert middles("", "") == [pytest.approx(0.25), pytest.approx(0.75)]
    assert middles("", "", "") == pytest.approx([1 / 6, 0.5, 5 / 6])


def test_words_decide_and_the_others_fill_the_rest() -> None:
    assert middles("right", "") == pytest.approx([0.75, 0.25])
    assert middles("", "far left", "") == pytest.approx([0.5, 1 / 6, 5 / 6])
    assert middles("right", "middle", "left") == pytest.approx([5 / 6, 0.5, 1 / 6])
    assert middles("far right", "right", "left", "") == pytest.approx([0.875, 0.625, 0.125, 0.375])
    # Two who want the same side share it out.
    assert sorted(middles("left", "left")) == pytest.approx([0.25, 0.75])


def test_heights_are_relative_and_feet_are_on_one_line() -> None:
    figures = [Figure(name="sasha"), Figure(name="theo"), Figure(name="ant")]
    tall, small, tiny = stands(figures, (180.0, 120.0, 1.0))
    high = [stand.box[3] - stand.box[1] for stand in (tall, small, tiny)]
    assert high[1] / high[0] == pytest.approx(120 / 180)
    assert high[2] / high[0] == pytest.approx(SHORTEST)
    assert tall.box[3] == small.box[3] == 1.0
    assert shares_of((None, 100.0, 50.0)) == pytest.approx([0.75, 1.0, 0.5])
    assert shares_of((None, None)) == [1.0, 1.0]


def test_behind_is_smaller_higher_and_hidden() -> None:
    front, behind = stands([Figure(name="a"), Figure(name="b", place="behind")], (None, None))
    assert (front.layer, behind.layer) == (0, -1)
    assert behind.box[3] < front.box[3]
    assert behind.box[3] - behind.box[1] < front.box[3] - front.box[1]
    assert behind.box[0] < front.box[2]
    near, _ = stands([Figure(name="a", place="in front"), Figure(name="b")], (None, None))
    assert near.layer == 1


def test_a_box_and_a_layer_of_ones_own_are_kept() -> None:
    own = Figure(name="a", box=(0.6, 0.1, 0.9, 0.8), layer=7, place="behind left")
    kept, other = stands([own, Figure(name="b")], (None, None))
    assert (kept.box, kept.layer) == ((0.6, 0.1, 0.9, 0.8), 7)
    assert other.box[2] <= 0.5

"""Several characters in one adapter are visited equally often."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.training.balance import balanced, shared
from castmates.training.data import Item


def pictures(*repeats: int) -> list[Item]:
    return [Item(Path(f"{n}.png"), "pip", times, f"{n}") for n, times in enumerate(repeats)]


@pytest.mark.parametrize(
    ("weights", "total", "found"),
    [([2], 7, [7]), ([1, 1, 1], 3, [1, 1, 1]), ([1, 1, 1, 1], 6, [2, 1, 2, 1])],
)
def test_shares_are_whole_and_have_the_sum(
    weights: list[int], total: int, found: list[int]
) -> None:
    assert shared(weights, total) == found


def test_everybody_gets_as_many_visits_as_the_largest() -> None:
    found = balanced([pictures(*[1] * 5), pictures(*[1] * 14), pictures(3, 3)])
    assert [sum(item.repeats for item in one) for one in found] == [14, 14, 14]
    assert {item.repeats for item in found[1]} == {1}
    assert {item.repeats for item in found[0]} == {2, 3}


def test_the_visits_of_an_epoch_are_shared_evenly_among_pictures() -> None:
    few, many = balanced([pictures(*[1] * 10), pictures(*[1] * 14)], 220)
    assert sum(item.repeats for item in few) == sum(item.repeats for item in many) == 110
    assert {item.repeats for item in few} == {11}
    assert {item.repeats for item in many} == {7, 8}


def test_good_pictures_stay_more_frequent() -> None:
    [one, other] = balanced([pictures(16, 8, 4), pictures(28)])
    assert [item.repeats for item in one] == [16, 8, 4]
    assert [item.repeats for item in other] == [28]

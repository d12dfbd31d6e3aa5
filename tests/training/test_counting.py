"""Steps and epochs are counted as sd-scripts counts them, and as its window guesses them."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import Duration, epochs, steps
from castmates.training.batching import batches_of, gathered
from castmates.training.counting import (
    Counts,
    batches,
    count,
    gui_steps,
    regularization_repeats,
)


def test_42_pictures_10_times_for_8_epochs_are_3360_steps() -> None:
    assert count(batches([420], 1), epochs(8)) == Counts(420, 420, 3360, 8)
    assert gui_steps([(42, 10)], 8) == 3360


def test_buckets_have_short_batches_that_the_window_does_not_know() -> None:
    looks = [7, 5, 1]  # three buckets of one folder
    assert batches(looks, 4) == 2 + 2 + 1
    assert count(batches(looks, 4), epochs(10)).steps == 50
    guess = gui_steps([(13, 1)], 10, batch=4)
    assert guess == 33
    cut = count(batches(looks, 4), steps(guess))
    assert (cut.epochs, cut.cut) == (7, 2)


@pytest.mark.parametrize(
    ("per_epoch", "length", "accumulation", "wanted"),
    [
        (100, epochs(3), 1, Counts(100, 100, 300, 3)),
        (101, epochs(3), 4, Counts(101, 26, 78, 3)),
        (100, steps(1600), 1, Counts(100, 100, 1600, 16)),
        (100, steps(1601), 1, Counts(100, 100, 1601, 17)),
        (3, steps(2), 8, Counts(3, 1, 2, 2)),
    ],
)
def test_the_table_of_counts(
    per_epoch: int, length: Duration, accumulation: int, wanted: Counts
) -> None:
    assert count(per_epoch, length, accumulation) == wanted


def test_the_epoch_of_three_quality_groups() -> None:
    """Low, medium and high quality: 4, 8 and 16 times, in batches of 4."""
    looks = 10 * 4 + 20 * 8 + 12 * 16
    assert count(batches([looks], 4), epochs(10)).steps == 10 * 98


def test_the_window_doubles_for_a_regularization_folder() -> None:
    assert gui_steps([(20, 10), (4, 5)], 10, batch=4, accumulation=2, regularized=True) == 550


def test_two_regularization_pictures_are_repeated_to_the_training_looks() -> None:
    assert regularization_repeats([1, 1], 8) == (4, 4)
    assert regularization_repeats([1, 1], 7) == (4, 3)
    assert sum(regularization_repeats([1, 1, 1], 100)) == 100


def test_surplus_regularization_pictures_are_never_used() -> None:
    assert regularization_repeats([2, 2, 2, 2], 3) == (2, 2, 0, 0)
    assert regularization_repeats([], 5) == ()


def test_nothing_to_train_on_is_refused() -> None:
    with pytest.raises(BadInput, match="no picture"):
        count(0, epochs(1))
    with pytest.raises(BadInput, match="batch is 0"):
        batches([1], 0)
    with pytest.raises(BadInput, match="gathered over 0"):
        count(5, epochs(1), 0)


def test_batches_never_mix_buckets_and_visit_every_look_once() -> None:
    buckets = ("tall", "wide", "tall", "square", "wide")
    repeats = (3, 2, 4, 1, 2)
    seen = []
    for epoch in range(2):
        found = batches_of(buckets, repeats, 3, 7, epoch)
        assert len(found) == batches([7, 4, 1], 3)
        assert all(len({buckets[item] for item, _ in batch}) == 1 for batch in found)
        seen += [look for batch in found for look in batch]
    assert sorted(seen) == sorted((i, n) for i, r in enumerate(repeats) for n in range(2 * r))


def test_the_order_is_a_function_of_seed_and_epoch() -> None:
    args = (("a",) * 4 + ("b",) * 3, (2,) * 7, 2)
    assert batches_of(*args, 7, 0) == batches_of(*args, 7, 0)
    orders = {batches_of(*args, seed, epoch) for seed in (7, 8) for epoch in range(4)}
    assert len(orders) == 8


def test_gathered_batches_leave_the_rest_to_the_last_update() -> None:
    found = batches_of(("a",) * 5, (1,) * 5, 1, 0, 0)
    updates = gathered(found, 2)
    assert [len(update) for update in updates] == [2, 2, 1]
    assert tuple(batch for update in updates for batch in update) == found

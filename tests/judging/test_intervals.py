import numpy as np
import pytest

from castmates.judging.intervals import mean_interval, quantile_t, share_interval, wilson


def test_an_interval_holds_its_mean_and_is_the_same_each_time() -> None:
    values = [0.2, 0.5, 0.4, 0.9, 0.1, 0.6]
    low, high = mean_interval(values)
    assert low < np.mean(values) < high
    assert mean_interval(values) == (low, high)


@pytest.mark.parametrize("count", [4, 6, 12])
def test_intervals_cover_the_truth_about_as_often_as_they_say(count: int) -> None:
    chance = np.random.default_rng(count)
    hits = 0
    for trial in range(300):
        low, high = mean_interval(list(chance.normal(0.7, 0.1, count)), draws=400, seed=trial)
        hits += low <= 0.7 <= high
    assert hits / 300 >= 0.93


def test_one_picture_says_nothing_about_the_spread() -> None:
    assert mean_interval([0.9]) == (-np.inf, np.inf)
    assert share_interval([1.0]) == (0.0, 1.0)


def test_three_of_three_is_not_certainty() -> None:
    low, high = share_interval([1.0, 1.0, 1.0])
    assert low == pytest.approx(0.4385, abs=1e-3)
    assert high == 1.0


def test_wilson_agrees_with_the_textbook() -> None:
    assert wilson(0.5, 10) == pytest.approx((0.2366, 0.7634), abs=1e-4)


def test_the_t_quantile_goes_on_smoothly_beyond_its_table() -> None:
    assert quantile_t(1) == 12.706
    assert quantile_t(30) > quantile_t(31) == pytest.approx(2.0395, abs=2e-3)
    assert quantile_t(100) == pytest.approx(1.984, abs=1e-3)

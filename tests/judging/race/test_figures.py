"""Arithmetic of the race: what it must be exactly, and against plain formulas."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.judging.intervals import quantile_t
from castmates.judging.race.arms import Arm
from castmates.judging.race.figures import Reading, Table, student, utility
from castmates.judging.utility import worth


def readings(values: dict[Arm, list[list[float]]], obedience: float | None = 1.0) -> list[Reading]:
    """values: arm -> prompts -> seeds."""
    return [
        Reading(
            epoch=arm.epoch,
            strength=arm.strength,
            prompt=f"p{p}",
            seed=s,
            likeness=value,
            obedience=obedience,
        )
        for arm, prompts in values.items()
        for p, seeds in enumerate(prompts)
        for s, value in enumerate(seeds)
    ]


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 23, 30])
def test_students_t_is_the_table_s(degrees: int) -> None:
    assert student(0.05, degrees) == pytest.approx(quantile_t(degrees), abs=6e-4)


def test_students_t_grows_with_certainty_and_meets_known_values() -> None:
    assert student(0.01, 10) == pytest.approx(3.1693, abs=1e-3)
    assert student(0.001, 5) == pytest.approx(6.8688, abs=1e-3)
    assert student(0.1, 1) == pytest.approx(6.3138, abs=1e-3)


def test_the_utility_of_arrays_is_that_of_single_arms() -> None:
    pairs = [(0.3, 0.9), (0.99, 0.5), (0.0, 1.0), (0.7, 0.0), (-0.2, 0.4)]
    both = utility(np.array([a for a, _ in pairs]), np.array([b for _, b in pairs]))
    assert both == pytest.approx([worth(max(0.0, a), b) for a, b in pairs])
    assert utility(np.array([0.6]), np.array([np.nan])) == pytest.approx([worth(0.6, None)])


def test_on_a_plain_mean_the_jackknife_is_the_t_interval_over_prompts() -> None:
    rng = np.random.default_rng(0)
    one, two = rng.uniform(0.2, 0.6, (2, 9))
    rows = {Arm(1, 0.5): [[v] for v in one], Arm(2, 0.5): [[v] for v in two]}
    table = Table.of(readings(rows, obedience=None))
    apart, half = table.differences(Arm(1, 0.5))
    paired = two - one
    assert apart == pytest.approx([0.0, paired.mean()])
    error = paired.std(ddof=1) / 3
    assert half[1] == pytest.approx(quantile_t(8) * error, rel=1e-3)


def test_seeds_of_one_prompt_are_one_unit() -> None:
    once = {Arm(1, 1.0): [[0.3], [0.5], [0.8]]}
    often = {Arm(1, 1.0): [[0.3] * 8, [0.5] * 8, [0.8] * 8]}
    one, many = (Table.of(readings(rows)).standing(Arm(1, 1.0)) for rows in (once, often))
    assert one.likeness_interval == many.likeness_interval
    assert (one.prompts, one.pictures, many.pictures) == (3, 3, 24)


def test_what_all_arms_share_cancels_in_the_difference() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(0.5, 0.2, 12)
    rows = {Arm(e, 1.0): [[v + 0.01 * e] for v in shared] for e in (1, 2)}
    table = Table.of(readings(rows, obedience=None))
    apart, half = table.differences(Arm(1, 1.0))
    assert apart[1] == pytest.approx(0.01)
    assert half[1] < 1e-9


def test_noise_alone_has_no_spread_and_real_differences_keep_theirs() -> None:
    rng = np.random.default_rng(2)
    flat = {Arm(e, 1.0): [[0.6 + rng.normal(0, 0.04)] for _ in range(20)] for e in range(1, 11)}
    apart, error = Table.of(readings(flat)).spread()
    assert apart < 0.02
    assert 0 < error < 0.02
    real = {arm: [[v[0] + 0.03 * arm.epoch] for v in some] for arm, some in flat.items()}
    assert Table.of(readings(real)).spread()[0] > 0.1


def test_a_missing_cell_is_an_error_and_no_silent_mean() -> None:
    rows = readings({Arm(1, 1.0): [[0.3], [0.5]], Arm(2, 1.0): [[0.3], [0.5]]})
    with pytest.raises(ValueError, match="3 readings of 2 arms, 2 cells"):
        Table.of(rows[:-1])


def test_one_prompt_says_nothing_about_its_spread() -> None:
    standing = Table.of(readings({Arm(1, 1.0): [[0.5, 0.6]]})).standing(Arm(1, 1.0))
    assert standing.likeness_interval == (0.0, 1.0)

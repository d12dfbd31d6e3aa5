"""Learning rates over the steps: values worked out by hand from the published formulae."""

from __future__ import annotations

from math import cos, pi, sqrt
from typing import get_args

import pytest

from castmates.core.errors import BadInput
from castmates.core.units import Duration, epochs, steps
from castmates.training.recipe import Recipe
from castmates.training.schedules import (
    Beginning,
    Schedule,
    ScheduleName,
    adafactor_rate,
    warmup_steps,
)


@pytest.mark.parametrize(
    ("schedule", "wanted"),
    [
        (Schedule("constant", 10), {0: 1.0, 9: 1.0}),
        (Schedule("constant", 10, warmup=4), {0: 0.0, 1: 0.25, 3: 0.75, 4: 1.0, 9: 1.0}),
        (Schedule("linear", 10), {0: 1.0, 1: 0.9, 5: 0.5, 9: 0.1, 10: 0.0}),
        (Schedule("linear", 10, warmup=2), {0: 0.0, 1: 0.5, 2: 1.0, 6: 0.5, 10: 0.0, 12: 0.0}),
        (Schedule("cosine", 8), {0: 1.0, 2: 0.5 + sqrt(0.125), 4: 0.5, 8: 0.0}),
        (Schedule("cosine", 10, warmup=2), {1: 0.5, 2: 1.0, 4: 0.5 + sqrt(0.125), 6: 0.5}),
        # Three hard restarts over 12 steps: one fall every 4, back to 1 at 4 and 8, 0 at the end.
        (
            Schedule("cosine_with_restarts", 12, cycles=3),
            {0: 1.0, 1: 0.5 + sqrt(0.125), 2: 0.5, 4: 1.0, 6: 0.5, 8: 1.0, 12: 0.0, 13: 0.0},
        ),
        (
            Schedule("cosine_with_restarts", 10, warmup=2, cycles=2),
            {0: 0.0, 1: 0.5, 2: 1.0, 4: 0.5, 6: 1.0, 8: 0.5, 10: 0.0},
        ),
        (Schedule("cosine_with_min_lr", 8, floor=0.1), {0: 1.0, 4: 0.55, 8: 0.1}),
        (Schedule("polynomial", 10, power=1.0), {0: 1.0, 5: 0.5, 10: 0.0}),
        (Schedule("polynomial", 10, power=2.0), {0: 1.0, 5: 0.25, 8: 0.04, 11: 0.0}),
        # Rate 1e-4 to 1e-7: ((1e-4 - 1e-7) x 0.5 + 1e-7) / 1e-4 at half way.
        (Schedule("polynomial", 10, floor=1e-3), {0: 1.0, 5: 0.5005, 10: 1e-3, 11: 1e-3}),
        (Schedule("inverse_sqrt", 100, warmup=4), {0: 0.0, 2: 0.5, 4: 1.0, 16: 0.5}),
        (Schedule("inverse_sqrt", 100), {0: 1.0, 30_000: 0.5}),
        (Schedule("adafactor", 10), {0: 1.0, 9: 1.0}),
    ],
)
def test_the_factor_at_a_step(schedule: Schedule, wanted: dict[int, float]) -> None:
    for step, factor in wanted.items():
        assert schedule.factor(step) == pytest.approx(factor, abs=1e-12), step


def test_the_scheduler_of_the_flexible_loha_rises_for_one_epoch_and_falls_three_times() -> None:
    """Ten epochs of 98 steps, one of warm-up, three cycles: 882 / 3 = 294 steps each."""
    schedule = Schedule("cosine_with_restarts", 980, warmup=98, cycles=3)
    assert schedule.factor(49) == 0.5
    for start in (98, 98 + 294, 98 + 588):
        assert schedule.factor(start) == pytest.approx(1.0)
        assert schedule.factor(start + 147) == pytest.approx(0.5)
        assert schedule.factor(start + 293) == pytest.approx(0.5 * (1 + cos(pi * 293 / 294)))
    assert schedule.factor(980) == 0.0


@pytest.mark.parametrize("name", ["linear", "cosine", "polynomial"])
def test_one_cycle_never_rises_after_the_warmup(name: ScheduleName) -> None:
    factors = [Schedule(name, 50, warmup=5).factor(step) for step in range(5, 51)]
    assert factors == sorted(factors, reverse=True)


def test_a_single_restart_is_the_cosine() -> None:
    once = Schedule("cosine_with_restarts", 40, warmup=4)
    plain = Schedule("cosine", 40, warmup=4)
    assert [once.factor(s) for s in range(40)] == pytest.approx(
        [plain.factor(s) for s in range(40)]
    )


def test_warmup_in_steps_epochs_or_a_share() -> None:
    assert warmup_steps(steps(50), 0.0, 1000, 98) == 50
    assert warmup_steps(epochs(1), 0.0, 980, 98) == 98
    assert warmup_steps(None, 0.1, 3360, 420) == 336
    assert warmup_steps(None, 0.05, 1999, 1) == 99
    assert warmup_steps(None, 0.0, 10, 1) == 0


def test_adafactor_moves_new_factors_at_1e_5_whatever_was_written() -> None:
    assert adafactor_rate(0, 0.0) == pytest.approx(1e-5)
    assert adafactor_rate(9_999, 0.0) == pytest.approx(1e-5)
    assert adafactor_rate(39_999, 0.0) == pytest.approx(1e-3 / 200)
    assert adafactor_rate(0, 0.02) == pytest.approx(2e-4)
    assert adafactor_rate(0, 0.5, scale_parameter=False) == 1e-2
    assert adafactor_rate(0, 0.0, warmup_init=True) == pytest.approx(1e-9)
    assert adafactor_rate(99, 1.0, warmup_init=True) == pytest.approx(1e-4)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(BadInput, match="at least 1 step"):
        Schedule("cosine", 0)
    with pytest.raises(BadInput, match="0 to 1"):
        Schedule("polynomial", 10, floor=2.0)


def test_the_rate_warms_up_and_falls_to_its_floor() -> None:
    schedule = Recipe(warmup=steps(10), rate_floor=0.1).schedule_over(100, 10)
    factors = [schedule.factor(step) for step in range(100)]
    assert factors[0] == pytest.approx(0.1, abs=0.01)
    assert factors[-1] == pytest.approx(0.1)
    assert max(factors) == factors[9]
    constant = Recipe(schedule="constant").schedule_over(100, 10)
    assert {constant.factor(step) for step in range(100)} == {1.0}


@pytest.mark.parametrize("name", get_args(ScheduleName))
def test_within_the_warm_up_no_update_is_wasted(name: ScheduleName) -> None:
    """Ours at update n is theirs one step later without a warm-up, times the rise."""
    ours = Schedule(name, 40, warmup=8, timescale=20, beginning="within")
    theirs = Schedule(name, 40, timescale=20)
    for step in range(40):
        assert ours.factor(step) == min(1.0, (step + 1) / 8) * theirs.factor(step + 1)
    assert ours.factor(0) > 0


@pytest.mark.parametrize("warmup", [None, steps(50), epochs(1)])
def test_the_presets_numbers_are_what_they_always_were(warmup: Duration | None) -> None:
    """To the bit: a run that was begun before must go on as it would have."""
    schedule = Recipe(warmup=warmup, rate_floor=0.1).schedule_over(1500, 150)
    for step in range(1500):
        done, before = step + 1, 1.0
        if warmup is not None:
            before = min(1.0, done / warmup.in_steps(150))
        before *= 0.1 + (1 - 0.1) * (0.5 * (1 + cos(pi * done / 1500)))
        assert schedule.factor(step) == before


@pytest.mark.parametrize("beginning", get_args(Beginning))
@pytest.mark.parametrize("name", get_args(ScheduleName))
def test_a_recipe_takes_every_schedule(name: ScheduleName, beginning: Beginning) -> None:
    recipe = Recipe(schedule=name, schedule_begins=beginning, cycles=2, power=2.0, warmup=steps(4))
    wanted = Schedule(name, 40, 4, 2, 2.0, 0.1, None, beginning)
    assert recipe.schedule_over(40, 10) == wanted
    assert all(0 <= wanted.factor(step) <= 1 for step in range(41))

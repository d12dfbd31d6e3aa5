"""A pause costs one step, not the stretch; the rate falls when it should."""

from __future__ import annotations

import pytest

from storybook.train.clock import CAP, FIRST, Clock, part_done
from storybook.train.schedule import rate_at
from storybook.train.settings import Budget, Rate


def test_a_pause_counts_like_a_few_steps() -> None:
    times = iter([0.0] + [float(t) for i in range(10) for t in (i, i + 0.5)] + [10.0, 4000.0])
    clock = Clock(now=lambda: next(times))
    for _ in range(10):
        clock.start()
        clock.lap()
    assert clock.spent == pytest.approx(5.0)
    clock.start()
    clock.lap()
    assert clock.spent == pytest.approx(5.0 + CAP * 0.5)


def test_a_pause_in_the_first_step_does_not_use_up_the_stretch() -> None:
    times = iter([0.0, 0.0, 600.0])
    clock = Clock(now=lambda: next(times))
    clock.start()
    clock.lap()
    assert clock.spent == FIRST


def test_what_lies_between_steps_is_not_counted() -> None:
    times = iter([0.0, 1.0, 2.0, 100.0, 101.0])
    clock = Clock(now=lambda: next(times))
    clock.start()
    clock.lap()
    clock.start()
    clock.lap()
    assert clock.spent == 2.0


def test_steps_decide_where_they_are_named() -> None:
    assert part_done(Budget(minutes=1, steps=10), minutes=99, steps=5) == 0.5
    assert part_done(Budget(minutes=10), minutes=5, steps=99) == 0.5


def test_the_rate_warms_up_holds_and_falls() -> None:
    rate = Rate(peak=1.0, warmup=10, falling=0.5, floor=0.1)
    budget = Budget(minutes=10)
    assert rate_at(rate, budget, 0.0, 0) == pytest.approx(0.1)
    assert rate_at(rate, budget, 0.4, 100) == 1.0
    assert rate_at(rate, budget, 0.75, 100) == pytest.approx(0.55)
    assert rate_at(rate, budget, 1.0, 100) == pytest.approx(0.1)
    assert rate_at(rate, Budget(minutes=10, hold=True), 1.0, 100) == 1.0

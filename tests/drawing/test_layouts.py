"""Schedules have the numbers that A1111's have."""

from __future__ import annotations

from itertools import pairwise

import pytest

from castmates.drawing.layouts import LAYOUTS, laid_out
from castmates.drawing.schedule import CLEAN
from tests.drawing.gaussian import grid


@pytest.mark.parametrize(
    ("name", "ratios"),
    [
        ("normal", [14.6146, 4.0861, 1.6156, 0.6951, 0.0292]),
        ("karras", [14.6146, 4.7965, 1.2741, 0.2479, 0.0292]),
        ("exponential", [14.6146, 3.0890, 0.6529, 0.1380, 0.0292]),
        ("sgm uniform", [14.6146, 5.0924, 2.2797, 1.1629, 0.5712]),
        ("simple", [14.6146, 5.0878, 2.2765, 1.1606, 0.5693]),
        ("beta", [14.6146, 12.0523, 7.3219, 2.5915, 0.0292]),
    ],
)
def test_five_steps(name: str, ratios: list[float]) -> None:
    schedule = laid_out(grid(), name, 5)
    assert [s.here.ratio for s in schedule.steps] == pytest.approx(ratios, abs=5e-5)
    assert schedule.steps[-1].there == CLEAN
    assert all(a.there == b.here for a, b in pairwise(schedule.steps))


def test_ddims_own_layout_lands_at_timestep_one() -> None:
    schedule = laid_out(grid(), "ddim", 20)
    assert [round(s.here.t) for s in schedule.steps[:2]] == [951, 901]
    assert schedule.steps[-1].there.t == pytest.approx(1.0)
    odd = laid_out(grid(), "ddim", 30)
    assert len(odd.steps) == 30
    assert round(odd.steps[0].here.t) == 991


def test_unipcs_own_layout_ends_at_the_least_noise() -> None:
    schedule = laid_out(grid(), "time uniform", 4)
    assert [s.here.t for s in schedule.steps] == pytest.approx([999.0, 749.25, 499.5, 249.75])
    assert schedule.steps[-1].there.ratio == pytest.approx(0.0292, abs=5e-5)


def test_even_angles_end_at_the_least_noise() -> None:
    schedule = laid_out(grid(), "kl optimal", 5)
    found = [s.here.ratio for s in schedule.steps]
    assert found == pytest.approx([14.6146, 2.6329, 1.2948, 0.7116, 0.3356], abs=5e-5)
    assert schedule.steps[-1].there.ratio == pytest.approx(0.0292, abs=5e-5)


def test_the_layouts_of_distilled_bases() -> None:
    found = [s.here.t for s in laid_out(grid(), "lcm", 4).steps]
    assert found == pytest.approx([999.0, 672.33, 345.67, 19.0], abs=0.01)
    found = [s.here.t for s in laid_out(grid(), "turbo", 4).steps]
    assert found == pytest.approx([999.0, 749.0, 499.0, 249.0])


def test_the_least_level_is_left_out_where_a1111_leaves_it_out() -> None:
    all_five = laid_out(grid(), "karras", 5).steps
    four = laid_out(grid(), "karras", 4, discards=True).steps
    assert [s.here for s in four] == [s.here for s in all_five[:4]]
    assert four[-1].there == CLEAN


@pytest.mark.parametrize("name", sorted(LAYOUTS))
def test_levels_fall_and_timesteps_fit_them(name: str) -> None:
    base = grid()
    for steps in (2, 9, 40):
        levels = [step.here for step in laid_out(base, name, steps).steps]
        assert all(a.ratio > b.ratio for a, b in pairwise(levels))
        for level in levels:
            assert level.alpha**2 + level.sigma**2 == pytest.approx(1.0)
            # A1111's UniPC interpolates ln α, all others ln σ: between timesteps these differ.
            near = 0.05 if name == "time uniform" else 1e-6
            assert base.at(level.ratio).t == pytest.approx(level.t, abs=near)

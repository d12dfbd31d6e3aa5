"""A weight over the steps, as the extension loractl writes it and as castmates evaluates it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.prompts.curves import Curve, Point, constant, read


def points(text: str) -> list[tuple[float, float]]:
    curve = read(text).curve
    assert curve is not None
    return [(point.at, point.weight) for point in curve.points]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.8", [(0, 0.8)]),
        ("-.5", [(0, -0.5)]),
        ("0@0,1@1", [(0, 0), (1, 1)]),
        ("1@0,0.5", [(0, 1), (1, 0.5)]),
        ("0.5,1@1", [(0, 0.5)]),
        ("1~0;0~1", [(0, 1), (1, 0)]),
        (" 0.2 @ 0 , 1 @ 1 ", [(0, 0.2), (1, 1)]),
        ("1@1,0@0", [(0, 0), (1, 1)]),
        ("0.8@0,0.4@0.5,0@1", [(0, 0.8), (0.5, 0.4), (1, 0)]),
    ],
)
def test_points_are_loractls(text: str, expected: list[tuple[float, float]]) -> None:
    assert points(text) == expected


def test_the_largest_place_decides_what_places_are() -> None:
    fractions, steps = read("0@0,1@1").curve, read("0@0.5,1@6").curve
    assert fractions is not None
    assert steps is not None
    assert (fractions.unit, steps.unit) == ("fraction", "steps")


def test_call_k_of_n_is_at_k_over_n_minus_1() -> None:
    curve = read("0@0,1@1").curve
    assert curve is not None
    assert curve.over(10) == pytest.approx([k / 9 for k in range(10)])
    assert curve.over(1) == (0.0,)
    assert curve.over(2) == (0.0, 1.0)


def test_steps_are_calls_counted_from_0() -> None:
    curve = read("0@5,1@6").curve
    assert curve is not None
    assert curve.over(10) == (0, 0, 0, 0, 0, 0, 1, 1, 1, 1)


def test_a_point_that_a_web_page_hid_is_told_and_left_out() -> None:
    found = read("0.8@0,[email\xa0protected],0@1")
    assert found.curve == Curve((Point(0, 0.8), Point(1, 0)))
    assert "web page" in found.problems[0]
    assert read("0.8@0,[email protected],0@1").curve == found.curve


@pytest.mark.parametrize("text", ["", "strong", "nan", "inf", "@", "a@b", "1@x"])
def test_what_is_no_weight_is_none(text: str) -> None:
    found = read(text)
    assert found.curve is None
    assert found.problems


def test_what_counts_for_nothing_is_told() -> None:
    assert read("0.5,1@1").problems
    assert read("1@0,x@1").problems
    assert not read("0@0,1@1").problems


weights = st.floats(-4, 4)
curves = st.builds(constant, weights) | st.builds(
    lambda first, more: read(",".join(f"{w!r}@{p!r}" for p, w in [first, *more])).curve,
    st.tuples(st.just(0.0), weights),
    st.lists(st.tuples(st.floats(0, 30), weights), min_size=1, max_size=4),
)


@given(curve=curves, calls=st.integers(1, 40))
def test_a_curve_comes_back_from_its_text_and_stays_within_its_points(
    curve: Curve, calls: int
) -> None:
    assert read(str(curve)).curve == curve
    low, high = (pick(p.weight for p in curve.points) for pick in (min, max))
    assert all(low - 1e-9 <= weight <= high + 1e-9 for weight in curve.over(calls))

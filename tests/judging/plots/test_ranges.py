"""Ranges and lists as A1111 writes them; ends are never passed, and nothing is silently empty."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.core.errors import BadInput
from castmates.judging.plots.ranges import listed, numbers, whole_numbers, written


def texts(item: str, *, whole: bool = False) -> str:
    return " ".join(written(v) for v in (whole_numbers(item) if whole else numbers(item)))


@pytest.mark.parametrize(
    ("item", "means"),
    [
        ("1-5", "1 2 3 4 5"),
        ("1-5 (+2)", "1 3 5"),
        ("1-10 (+2)", "1 3 5 7 9"),
        ("1-10 (+3)", "1 4 7 10"),
        ("0-20 (+5)", "0 5 10 15 20"),
        ("10-5 (-3)", "10 7"),
        ("10-1 (-1)", "10 9 8 7 6 5 4 3 2 1"),
        ("1-10 [5]", "1 3 5 7 10"),
        ("10-1 [4]", "10 7 4 1"),
        ("1-3 [5]", "1 2 3"),
        ("-1-3", "-1 0 1 2 3"),
        ("-3--1", "-3 -2 -1"),
        (" 1 - 5 ( +2 ) ".replace("( +", "(+"), "1 3 5"),
        ("7", "7"),
        ("5-5", "5"),
        ("3-9 [1]", "3"),
    ],
)
def test_whole_ranges(item: str, means: str) -> None:
    assert texts(item, whole=True) == means


@pytest.mark.parametrize(
    ("item", "means"),
    [
        ("0-1", "0 1"),
        ("0.4-1.2 [5]", "0.4 0.6 0.8 1 1.2"),
        ("0-1 [5]", "0 0.25 0.5 0.75 1"),
        ("0.7-0.9 [3]", "0.7 0.8 0.9"),
        ("0.4-1.0 (+0.2)", "0.4 0.6 0.8 1"),
        ("0.5-1.0 (+0.1)", "0.5 0.6 0.7 0.8 0.9 1"),
        ("0.1-0.3 (+0.1)", "0.1 0.2 0.3"),
        ("0-1 (+0.3)", "0 0.3 0.6 0.9"),
        ("1-2 (+0.25)", "1 1.25 1.5 1.75 2"),
        ("1-0 (-0.5)", "1 0.5 0"),
        ("-1-1 (+.5)", "-1 -0.5 0 0.5 1"),
        ("0-1 [4]", "0 0.33333333 0.66666667 1"),
        ("1e-1", "0.1"),
        (".5", "0.5"),
        ("-0.0", "0"),
    ],
)
def test_ranges_of_decimals_are_exact(item: str, means: str) -> None:
    assert texts(item) == means


@pytest.mark.parametrize(
    ("item", "says"),
    [
        ("5-1", r"holds nothing.*Write 5-1 \(-1\)"),
        ("1-5 (-1)", r"holds nothing.*Write 1-5 \(\+1\)"),
        ("1-5 [0]", "asks for 0 values"),
        ("1-5 (+0)", "has the step 0"),
        ("0.4-1.2", r"does not say its step.*0\.4-1\.2 \(\+0\.1\)"),
        ("1-5 (2)", "no range that can be read"),
        ("1..5", "no range that can be read"),
        (".5-1", "no range that can be read"),
        ("eulr", "'eulr' is no number"),
        ("nan", "no number"),
        ("inf", "no number"),
        ("1e99", "far too large"),
        ("1-99999999", "holds 99,999,999 values"),
        ("", "no number"),
    ],
)
def test_what_is_no_range_is_said(item: str, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        numbers(item)


def test_whole_axes_take_no_fractions() -> None:
    with pytest.raises(BadInput, match=r"0\.5 is not whole"):
        whole_numbers("0.5")
    with pytest.raises(BadInput, match="not whole"):
        whole_numbers("0-2 (+0.5)")


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("a, b,c", ["a", "b", "c"]),
        ('"pip, hat", fox', ["pip, hat", "fox"]),
        ('a, "say ""boo""" ', ["a", 'say "boo"']),
        ("night,, day", ["night", "", "day"]),
        ("<lora:pip:0.5>, <lora:pip:1>", ["<lora:pip:0.5>", "<lora:pip:1>"]),
        ("a\nb, c", ["a", "b", "c"]),
        ('"a" , "b"', ["a", "b"]),
        ('5" tall, "a" b', ['5" tall', "a b"]),
        ("a, ", ["a", ""]),
        ("", []),
    ],
)
def test_lists_are_quoted_as_csv(text: str, items: list[str]) -> None:
    assert listed(text) == items


def test_an_open_quote_is_said() -> None:
    with pytest.raises(BadInput, match="opened and not closed"):
        listed('"pip, hat')


@given(
    start=st.integers(-500, 500), steps=st.integers(0, 50), by=st.integers(1, 40),
    rest=st.integers(0, 39),
)  # fmt: skip
def test_a_stepped_range_never_passes_its_end(start: int, steps: int, by: int, rest: int) -> None:
    end = start + steps * by + rest % by
    up = whole_numbers(f"{start}-{end} (+{by})")
    assert up == [start + i * by for i in range(steps + 1)]
    down = whole_numbers(f"{end}-{start} (-{by})")
    assert all(start <= value <= end for value in down)
    assert len(down) == steps + 1


@given(st.decimals(-50, 50, places=3))
def test_what_is_written_reads_back(value: object) -> None:
    text = written(numbers(str(value))[0])
    assert texts(text) == text

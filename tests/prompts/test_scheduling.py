"""Which words hold in which steps: the schedules of A1111, vector by vector."""

from __future__ import annotations

import pytest

from castmates.prompts.reading import read
from castmates.prompts.scheduling import Pass, stretches


def schedule(text: str, course: Pass | None = None) -> list[tuple[int, str]]:
    """(last step, text) of each stretch."""
    (part,) = read(text, negative=True).parts
    return [(s.last, s.text) for s in stretches(part.content, course or Pass(10))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[cat:dog:4]", [(4, "cat"), (10, "dog")]),
        ("[cat:dog:0.25]", [(2, "cat"), (10, "dog")]),
        ("[cat:dog:.5]", [(5, "cat"), (10, "dog")]),
        ("[cat:dog:1]", [(1, "cat"), (10, "dog")]),
        ("[cat:dog:1.0]", [(10, "cat")]),
        ("[cat:dog:0]", [(10, "dog")]),
        ("[cat:dog:0.05]", [(10, "dog")]),
        ("[cat:dog:-1]", [(10, "dog")]),
        ("[cat:dog:+4]", [(4, "cat"), (10, "dog")]),
        ("[cat:dog: 4 ]", [(4, "cat"), (10, "dog")]),
        ("[cat:dog:1e1]", [(10, "cat")]),
        ("[dog:4]", [(4, ""), (10, "dog")]),
        ("[:dog:4]", [(4, ""), (10, "dog")]),
        ("[cat::4]", [(4, "cat"), (10, "")]),
        ("[x:1.3]", [(10, "")]),
        ("a [b : c : 2] d", [(2, "a b  d"), (10, "a  c  d")]),
        ("a [cat:[fox:dog:7]:3] b", [(3, "a cat b"), (7, "a fox b"), (10, "a dog b")]),
        ("[a:b:3] [c:d:6]", [(3, "a c"), (6, "b c"), (10, "b d")]),
        ("[(a:2):3]", [(3, ""), (10, "(a:2)")]),
        ("([a:b:3]:1.2)", [(3, "(a:1.2)"), (10, "(b:1.2)")]),
        ("(a:[b:c:3])", [(3, "(a:b)"), (10, "(a:c)")]),
        ("[[a|b]:c:3]", [(1, "a"), (2, "b"), (3, "a"), (10, "c")]),
        (r"[a\:x:b:3]", [(3, r"a\:x"), (10, "b")]),
        ("[a:b:12]", [(10, "a")]),
        ("<lora:x:1> [a:b:.5]", [(5, "<lora:x:1> a"), (10, "<lora:x:1> b")]),
    ],
)
def test_schedules_are_a1111s(text: str, expected: list[tuple[int, str]]) -> None:
    assert schedule(text) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[a|b|c]", "a b c a b c a b c a"),
        ("[a|]n", "an n an n an n an n an n"),
        ("[a|b] [c|d|e]", "a c,b d,a e,b c,a d,b e,a c,b d,a e,b c"),
        ("[fe|]male", "female male " * 5),
    ],
)
def test_alternation_takes_the_next_at_every_step(text: str, said: str) -> None:
    expected = said.split(",") if "," in said else said.split()
    assert schedule(text) == [*enumerate(expected, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "[a|b:3]",
        "[a:b:c:3]",
        "[a:b]",
        "[b]",
        "(a|b:3)",
        "{a|b}",
        "[a:b:3",
        "a:b:3]",
        "a [b c",
        r"\[a:b:3\]",
        "[<lora:x:1>:5]",
        "[a:b (c:d:3]",
        "[a [b) c:d:3]",
        "[a] b:c:3]",
        "",
    ],
)
def test_what_fits_no_rule_stays(text: str) -> None:
    assert schedule(text) == [(10, text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a:b:12]", [(2, "a"), (10, "b")]),
        ("[a:b:5]", [(10, "b")]),
        ("[a:b:10]", [(10, "b")]),
        ("[a:b:1.2]", [(1, "a"), (10, "b")]),
        ("[a:b:0.5]", [(10, "b")]),
        ("[a:b:1.0]", [(10, "b")]),
        ("[a:b:2.0]", [(10, "a")]),
        ("[a:b:25]", [(10, "a")]),
    ],
)
def test_in_the_second_pass_steps_go_on(text: str, expected: list[tuple[int, str]]) -> None:
    assert schedule(text, Pass(10, after=10)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[a:b:0.5]", [(5, "a"), (10, "b")]),
        ("[a:b:1.0]", [(1, "a"), (10, "b")]),
        ("[a:b:3.7]", [(3, "a"), (10, "b")]),
    ],
)
def test_the_timelines_before_1_6(text: str, expected: list[tuple[int, str]]) -> None:
    assert schedule(text, Pass(10, old=True)) == expected


def test_stretches_follow_each_other_without_gaps() -> None:
    (part,) = read("[a:b:3] [c|d] e").parts
    found = stretches(part.content, Pass(7))
    assert [s.first for s in found] == [1, *(s.last + 1 for s in found[:-1])]
    assert found[-1].last == 7


def test_tags_are_cut_out() -> None:
    (part,) = read("a <lora:x:1> [b<lora:y:1>:c:3]").parts
    assert [s.text for s in stretches(part.content, Pass(10))] == ["a  b", "a  c"]

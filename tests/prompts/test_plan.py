"""A prompt becomes texts per step and adapters; every trap is told, and nothing takes too long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.prompts.chunks import Cutter
from castmates.prompts.emphasis import Mode
from castmates.prompts.plan import Habits, Plan, plan
from castmates.prompts.scheduling import Pass
from tests.prompts.test_chunks import tokenize


def made(text: str, steps: int = 10, negative: str = "", mode: Mode = "original") -> Plan:
    return plan(text, negative, Pass(steps), Habits(mode, cutter=Cutter(tokenize)))


def parts(text: str) -> list[tuple[str, float]]:
    """(text, weight) of the conditions of a prompt without schedules."""
    (step,) = made(text).steps
    return [
        ("".join(piece.text for chunk in c.chunks for piece in chunk), c.weight)
        for c in step.conditions
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a AND b", [("a", 1), (" b", 1)]),
        ("a AND b :0.6 AND c :-0.5", [("a", 1), (" b", 0.6), (" c", -0.5)]),
        ("a AND b:1.2", [("a", 1), (" b", 1.2)]),
        ("a:2 AND b", [("a", 2), (" b", 1)]),
        ("a AND b : .5 ", [("a", 1), (" b", 0.5)]),
        ("a AND b : 1.", [("a", 1), (" b", 1)]),
        ("a AND b :+1", [("a", 1), (" b", 1)]),
        ("a AND b :1e2", [("a", 1), (" b :1e2", 1)]),
        ("a AND", [("a", 1), ("", 1)]),
        ("AND a", [("", 1), (" a", 1)]),
        ("x AND y AND x :2", [("x", 1), (" y", 1), (" x", 2)]),
        ("a and b", [("a and b", 1)]),
        ("sANDy", [("sANDy", 1)]),
        ("(a AND b:1.2)", [("a", 1), (" b:1.2)", 1)]),
        ("a AND (b:1.2)", [("a", 1), (" b", 1)]),
        ("a AND b :0.6 <lora:x:1>", [("a", 1), (" b", 0.6)]),
        # A1111 would weigh the whole prompt; here the rule wants an AND.
        ("a :1.2", [("a :1.2", 1)]),
        ("ratio 16:9", [("ratio 16:9", 1)]),
    ],
)
def test_and_divides_the_prompt(text: str, expected: list[tuple[str, float]]) -> None:
    assert parts(text) == expected


def test_weights_within_a_part_are_emphasis() -> None:
    (step,) = made("a AND (b:1.2)").steps
    assert [(p.text, p.weight) for p in step.conditions[1].chunks[0]] == [(" ", 1), ("b", 1.2)]


def test_parts_switch_together() -> None:
    found = made("[a:b:3] AND c [d|e] :0.5", steps=4)
    assert [(s.first, s.last) for s in found.steps] == [(1, 1), (2, 2), (3, 3), (4, 4)]
    said = [[c.chunks[0][0].text for c in step.conditions] for step in found.steps]
    assert said == [["a", " c d"], ["a", " c e"], ["a", " c d"], ["b", " c e"]]


def test_what_holds_in_a_call_is_a1111s_by_one() -> None:
    found = made("[a:b:3]")
    said = [found.at_call(call).conditions[0].chunks[0][0].text for call in range(10)]
    assert said == ["a"] * 4 + ["b"] * 6


def test_adapters_are_the_pictures_own() -> None:
    found = made("a <lora:pip-000006:0.8@0,0.4@0.5,0@1>, b <lyco:mo:0.5:1>", steps=35)
    assert [m.name for m in found.adapters] == ["pip-000006", "mo"]
    assert found.adapters[0].unet_over(35)[17] == pytest.approx(0.4)
    assert found.steps[0].conditions[0].chunks[0][0].text == "a , b "


def test_negative_words_are_one_condition_with_schedules() -> None:
    found = made("a", negative="[b:c:3] AND <lora:x:1>")
    assert [(s.first, s.last) for s in found.negative] == [(1, 3), (4, 10)]
    assert found.negative[0].conditions[0].chunks[0][0].text == "b AND <lora:x:1>"
    assert [p.what.split(":")[0] for p in found.problems] == ["Negative words"]


def test_comfy_reads_round_brackets_alone() -> None:
    found = made("[a:b:3] ((c:1.2)) AND <lora:x:1>d", mode="comfy")
    (step,) = found.steps
    assert [(p.text, p.weight) for p in step.conditions[0].chunks[0]] == [
        ("[a:b:3] ", 1),
        ("c", 1.2),
        (" AND d", 1),
    ]
    assert [m.name for m in found.adapters] == ["x"]
    assert found.emphasis == "comfy"
    assert "plain words in ComfyUI" in found.problems[0].what


def test_a_base_that_cannot_weigh_gets_no_weights_and_it_is_told() -> None:
    found = plan("a (b:1.3) BREAK c", "", Pass(10), Habits(weighs=False))
    texts = [[(p.text, p.weight) for p in chunk] for chunk in found.steps[0].conditions[0].chunks]
    assert texts == [[("a b", 1)], [("c", 1)]]
    assert "cannot weight" in found.problems[-1].what
    assert not plan("a b BREAK c", "", Pass(10), Habits(weighs=False)).problems


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a (b", "'(' is not closed"),
        ("a ((b", "(2 times)"),
        ("a] b", "no partner"),
        ("(a [b) c]", "no partner"),
        ("ratio 16:9", "weight of the whole prompt"),
        ("(a AND b:1.2)", "AND stands within brackets"),
        ("(a BREAK b:1.2)", "BREAK within brackets"),
        ("(x:1..3)", "'1..3' is not a number"),
        ("[a|b:3]", "fit no schedule"),
        ("[a:b:c:3]", "fit no schedule"),
        ("[x:1.3]", "'x' never comes"),
        ("[a:b:12]", "'b' never comes"),
        ("[a:b:0.05]", "'a' never comes"),
        ("[<lora:x:1>:5]", "stands in a schedule"),
        ("<lora:x:1", "is not closed"),
        ("<loar:x:1>", "no tag 'loar'"),
        ("(x:5000)", "beyond ±1000"),
    ],
)
def test_every_trap_is_told_with_its_place(text: str, says: str) -> None:
    problems = made(text).problems
    assert any(says in problem.what for problem in problems)
    assert all(0 <= p.span[0] < p.span[1] <= len(text) for p in problems if p.span)


@pytest.mark.parametrize(
    "text",
    ["", "a, (b:1.2), [c], [d:e:5], [f|g], h BREAK i AND j :0.5, <lora:x:1:0.5>", r"\(a\) 16\:9"],
)
def test_what_is_in_order_is_not_told(text: str) -> None:
    assert made(text).problems == ()


HOSTILE = [
    "(" * 100_000,
    "[" * 50_000 + "]" * 50_000,
    "(a" * 33_000 + ")" * 33_000,
    "(" * 50_000 + "]" * 50_000,
    "(]" * 50_000,
    "([{<" * 25_000,
    "{" * 50_000 + "}" * 50_000,
    "{a|" * 33_000,
    "<lora:" * 16_000,
    '<a:"' * 25_000,
    "[a:" * 16_000 + ":3]" * 16_000,
    "[:" * 25_000 + ":3]" * 16_000,
    "[(a:" * 25_000,
    "(:" * 50_000,
    ":1.2)" * 20_000,
    "a AND " * 16_000,
    "BREAK " * 16_000,
    " " * 100_000,
    "__" * 50_000,
    "\\" * 99_999,
    "1" * 100_000 + "x)",
    "[a:" + "1" * 100_000 + "x]",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{text[:6]}…")
def test_hostile_prompts_take_linear_time(text: str) -> None:
    """A quarter takes about a quarter: no text of 25 kB is slow, so none of 100 kB hangs."""
    started = time.perf_counter()
    plan(text[: len(text) // 8] + text[-len(text) // 8 :], "", Pass(2))
    assert time.perf_counter() - started < 5


@given(st.text(st.sampled_from("ab,:\\<>()[]|_ 1.AND\nBREAKlora")) | st.text())
def test_no_text_is_refused(text: str) -> None:
    found = made(text, steps=5, negative=text)
    for steps in (found.steps, found.negative):
        assert [s.first for s in steps] == [1, *(s.last + 1 for s in steps[:-1])]
        assert steps[-1].last == 5

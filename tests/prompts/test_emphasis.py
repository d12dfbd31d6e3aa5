"""Brackets weigh words as in A1111, trap by trap, and as in ComfyUI where that is asked for."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.prompts.emphasis import MOST, runs

A1111 = [
    ("", [("", 1)]),
    ("a (b) c", [("a ", 1), ("b", 1.1), (" c", 1)]),
    ("a ((b)) c", [("a ", 1), ("b", 1.21), (" c", 1)]),
    ("a [b] c", [("a ", 1), ("b", 0.909091), (" c", 1)]),
    ("[[y]]", [("y", 0.826446)]),
    ("([z])", [("z", 1.0)]),
    ("((x:1.3))", [("x", 1.43)]),
    ("(x:0.5)", [("x", 0.5)]),
    ("(x:-1)", [("x", -1)]),
    ("(x:+.5)", [("x", 0.5)]),
    ("(x : 1.3 )", [("x ", 1.3)]),
    ("(x:1.3", [("x:1.3", 1.1)]),
    ("a (b:1.2", [("a ", 1), ("b:1.2", 1.1)]),
    ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 3), (" c", 1.5)]),
    ("(a)(b)", [("ab", 1.1)]),
    ("(a) (b)", [("a", 1.1), (" ", 1), ("b", 1.1)]),
    ("(a, b:1.2), c", [("a, b", 1.2), (", c", 1)]),
    (r"\(lit\) a\b", [("(lit) ab", 1)]),
    (r"face\\ (x)", [("face\\ ", 1), ("x", 1.1)]),
    ("x:1.3)", [("x:1.3)", 1)]),
    ("a] b", [("a] b", 1)]),
    ("[x:1.3]", [("x:1.3", 0.909091)]),
    ("(x:1e3)", [("x:1e3", 1.1)]),
    ("(a:)", [("a:", 1.1)]),
    ("(x:1..3)", [("x:1..3", 1.1)]),
    ("()", [("", 1)]),
    ("(:1.2)", [("", 1)]),
    ("a BREAK b", [("a", 1), ("BREAK", -1), ("b", 1)]),
    ("a  BREAK\nb", [("a", 1), ("BREAK", -1), ("b", 1)]),
    ("BREAK a", [("", 1), ("BREAK", -1), ("a", 1)]),
    ("aBREAKb", [("aBREAKb", 1)]),
    ("a break b", [("a break b", 1)]),
    ("(a BREAK b:1.2)", [("a", 1.2), ("BREAK", -1.2), ("b", 1.2)]),
    # Kinds of brackets pair up apart from each other; an open one holds to the end.
    ("(a [b) c]", [("a ", 1.1), ("b", 1), (" c", 0.909091)]),
    ("a (b [c", [("a ", 1), ("b ", 1.1), ("c", 1)]),
    ("(a:0) ((b):0)", [("a", 0), (" ", 1), ("b", 0)]),
]


@pytest.mark.parametrize(("text", "expected"), A1111)
def test_weights_are_a1111s(text: str, expected: list[tuple[str, float]]) -> None:
    found = runs(text)
    assert [run.text for run in found] == [said for said, _ in expected]
    assert [run.weight for run in found] == pytest.approx([w for _, w in expected], abs=1e-6)


def test_a_weighted_break_ends_no_chunk() -> None:
    assert [run.is_break for run in runs("a BREAK b")] == [False, True, False]
    assert not any(run.is_break for run in runs("(a BREAK b:1.2)"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("((a:1.2))", [("a", 1.2)]),
        ("((a):1.2)", [("a", 1.32)]),
        ("(a (b:2) c:1.5)", [("a ", 1.5), ("b", 2), (" c", 1.5)]),
        ("[a] BREAK b AND c [a:b:3]", [("[a] BREAK b AND c [a:b:3]", 1)]),
        (r"\(a\) b", [("(a) b", 1)]),
        (r"a\b", [(r"a\b", 1)]),
        ("a (b", [("a (b", 1)]),
        ("a) (b)", [("a) ", 1), ("b", 1.1)]),
        ("(a:1e-1)", [("a", 0.1)]),
        ("(a:nan)", [("a:nan", 1.1)]),
        ("", [("", 1)]),
    ],
)
def test_comfyui_reads_round_brackets_and_replaces(
    text: str, expected: list[tuple[str, float]]
) -> None:
    found = runs(text, "comfy")
    assert [run.text for run in found] == [said for said, _ in expected]
    assert [run.weight for run in found] == pytest.approx([w for _, w in expected])


def test_the_other_modes() -> None:
    assert [*runs("(a:2) BREAK b", "ignore")] == [("a", 1), ("BREAK", -1), ("b", 1)]
    assert [*runs("(a:2) [b]", "none")] == [("(a:2) [b]", 1.0)]
    assert runs("(a:2)", "no norm") == runs("(a:2)")


def test_nobodys_weights_are_held() -> None:
    assert runs("(a:99999)")[0].weight == MOST
    assert runs("(" * 5000 + "a")[0].weight == MOST
    assert runs("[" * 5000 + "a")[0].weight == 0.0


@given(st.text(st.sampled_from("ab()[]")))
def test_every_letter_has_the_product_of_what_is_around_it(text: str) -> None:
    """The rule as written: a bracket that closes multiplies all that was added since it opened."""
    weights: list[float] = []
    waiting: dict[str, list[int]] = {"(": [], "[": []}
    letters = ""
    for letter in [*text, *"]" * text.count("["), *")" * text.count("(")]:
        opener = {")": "(", "]": "["}.get(letter)
        end = len(letters) if opener is None else -1
        if letter in waiting:
            waiting[letter].append(end)
        elif opener is None:
            letters += letter
            weights.append(1.0)
        elif waiting[opener]:
            for index in range(waiting[opener].pop(), len(letters)):
                weights[index] *= 1.1 if opener == "(" else 1 / 1.1
    plain = [(run.text, run.weight) for run in runs(text)]
    found = [weight for said, weight in plain for mark in said if mark in "ab"]
    assert found == pytest.approx(weights)

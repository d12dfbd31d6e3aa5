"""The rules, each with the picture that it is about."""

from __future__ import annotations

from typing import Any

import numpy as np

from castmates.scenes.choosing import Abilities, Try, best, fallback, first_method, in_words, why
from castmates.scenes.verdict import Bleeding, Evidence, Verdict, verdict_of

LEFT, RIGHT, MIDDLE = (0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0), (0.3, 0.2, 0.7, 1.0)
NAMES = ("pip", "moss")


def judged(likeness: Any, *boxes: Any, strangers: Any = (), **more: Any) -> Verdict:
    seen = Evidence(
        boxes=boxes,
        covered=more.pop("covered", [0.0] * len(boxes)),
        likeness=np.array(likeness, float).reshape(len(boxes), -1),
        margins=(1.0, 1.0, 1.0),
        **more,
    )
    names = NAMES[: seen.likeness.shape[1]]
    return verdict_of(seen, names, (LEFT, RIGHT)[: len(names)], strangers)


def test_everybody_once_in_their_place() -> None:
    found = judged([[0.9, 0.1], [0.0, 0.7]], LEFT, RIGHT)
    assert found.is_right
    assert found.present == NAMES
    assert found.likeness == {"pip": 0.9, "moss": 0.7}


def test_missing() -> None:
    found = judged([[0.9, 0.1]], LEFT)
    assert (found.present, found.missing) == (("pip",), ("moss",))
    weak = judged([[0.9, 0.1], [0.1, 0.4]], LEFT, RIGHT)
    assert weak.missing == ("moss",)
    nobody = verdict_of(Evidence((), (), np.zeros((0, 2)), (1.0, 1.0)), NAMES, (LEFT, RIGHT))
    assert nobody.missing == NAMES
    assert not nobody.is_right


def test_clone() -> None:
    found = judged([[0.9, 0.1], [0.8, 0.2]], LEFT, RIGHT)
    assert found.clone
    assert found.missing == ("moss",)


def test_blend() -> None:
    found = judged([[0.7, 0.5], [0.1, 0.9]], LEFT, RIGHT)
    assert found.blend
    assert not judged([[0.7, 0.1], [0.1, 0.9]], LEFT, RIGHT).blend


def test_whoever_is_more_like_somebody_else_is_missing() -> None:
    own = [[0.9, 0.1], [0.0, 0.7]]
    assert judged(own, LEFT, RIGHT, rivals=np.array([[0.2], [0.3]])).is_right
    other = judged(own, LEFT, RIGHT, rivals=np.array([[0.2], [0.8]]))
    assert other.missing == ("moss",)
    near = judged(own, LEFT, RIGHT, rivals=np.array([[0.2], [0.6]]))
    assert near.blend
    assert not near.missing


def test_swap() -> None:
    found = judged([[0.1, 0.9], [0.8, 0.0]], LEFT, RIGHT)
    assert found.swap
    assert found.present == NAMES
    assert not found.is_right


def test_extra() -> None:
    found = judged([[0.9, 0.1], [0.0, 0.7], [0.1, 0.1]], LEFT, RIGHT, MIDDLE)
    assert found.extra
    assert found.present == NAMES


def test_present_holds_while_less_than_a_third_is_hidden() -> None:
    likeness = [[0.9, 0.1], [0.0, 0.7]]
    assert judged(likeness, LEFT, RIGHT, covered=[0.29, 0.0]).present == NAMES
    hidden = judged(likeness, LEFT, RIGHT, covered=[0.31, 0.0])
    assert (hidden.present, hidden.hidden) == (("moss",), ("pip",))
    assert not hidden.is_right


def test_strangers_are_those_who_are_left() -> None:
    found = judged([[0.9, 0.1], [0.0, 0.7], [0.1, 0.1]], LEFT, RIGHT, MIDDLE, strangers=[MIDDLE])
    assert found.present == ("pip", "moss", "stranger 1")
    assert not found.extra
    alone = judged([[0.9], [0.1]], LEFT, RIGHT, strangers=[RIGHT])
    assert alone.is_right
    gone = judged([[0.9]], LEFT, strangers=[RIGHT])
    assert gone.missing == ("stranger 1",)


def test_single_attributes_on_the_wrong_body() -> None:
    wrong = {"pip": frozenset({"green hair"}), "moss": frozenset({"white fur"})}
    found = judged(
        [[0.9, 0.1], [0.0, 0.7]],
        LEFT,
        RIGHT,
        attributes=[{"pip": frozenset({"green hair"})}, wrong],
    )
    assert found.bleeding == (Bleeding(of="pip", on="moss", tag="green hair"),)
    assert found.is_right


def test_the_best_try_and_its_reason() -> None:
    right = judged([[0.9, 0.1], [0.0, 0.7]], LEFT, RIGHT)
    better = judged([[0.95, 0.1], [0.0, 0.9]], LEFT, RIGHT)
    seamed = judged([[0.95, 0.1], [0.0, 0.9]], LEFT, RIGHT, seam=True)
    lost = judged([[0.9, 0.1]], LEFT)
    tries = [Try("regions", i, one) for i, one in enumerate((lost, right, seamed, better))]
    assert best(tries) == 3
    assert why(tries, 3) == (
        "Try 4 of 4 (regions, seed 3): everybody is there (pip 0.95, moss 0.90). "
        "2 more came out right; this one is the most alike."
    )
    assert best(tries[:3]) == 1
    assert "moss is missing" in why(tries[:2], 1)
    assert "a seam" in in_words(seamed)
    assert best([Try("plain", 0, None), Try("plain", 1, None)]) == 0
    assert "nobody looked" in why([Try("plain", 0, None)], 0)


def test_the_way_follows_from_abilities_and_score() -> None:
    import pytest

    from castmates.core.errors import Missing, Unfit

    all_, blind, plain = Abilities(True, True), Abilities(True, False), Abilities(False, False)
    assert first_method("auto", all_, 2) == "regions"
    assert first_method("auto", Abilities(False, True), 2) == "two-stage"
    assert first_method("auto", plain, 2) == first_method("auto", all_, 1) == "plain"
    assert first_method("two-stage", all_, 2) == "two-stage"
    wide = Abilities(True, True, roomy=True)
    small = Abilities(True, True, roomy=True, small=True)
    assert [first_method("auto", can, 2) for can in (wide, small)] == ["regions", "windows"]
    assert first_method("auto", small, 1) == "plain"
    assert first_method("windows", wide, 2) == "windows"
    with pytest.raises(Unfit, match="no room for a window each"):
        first_method("windows", all_, 2)
    with pytest.raises(Unfit, match="one text for the whole picture"):
        first_method("regions", plain, 2)
    with pytest.raises(Missing, match="finder"):
        first_method("two-stage", blind, 2)
    lost, right = judged([[0.9, 0.1]], LEFT), judged([[0.9, 0.1], [0.0, 0.7]], LEFT, RIGHT)
    assert fallback("auto", all_, [Try("regions", 0, lost)]) == "two-stage"
    assert fallback("auto", all_, [Try("regions", 0, lost), Try("regions", 1, right)]) is None
    assert fallback("regions", all_, [Try("regions", 0, lost)]) is None
    assert fallback("auto", blind, [Try("regions", 0, None)]) is None

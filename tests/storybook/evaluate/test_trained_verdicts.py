"""The words for trained characters say what the figures are; variance comes back in its parts."""

from __future__ import annotations

import numpy as np
import pytest

from storybook.evaluate.arms import Found, OfOne
from storybook.evaluate.trained import parts_of
from storybook.evaluate.trained_verdicts import interval, trained_lines


def found(epoch: int, alike: float, likeness: float, **more: object) -> Found:
    values = {
        "character": "x",
        "failure": "",
        "likeness": likeness,
        "alike": alike,
        "flexibility": 0.9,
        "obeyed": 0.9,
        "utility": likeness,
        "low": likeness - 0.1,
        "high": likeness + 0.1,
        "reason": "",
        "gates": (),
        "epoch": epoch,
    }
    return Found.model_validate({**values, **more})


ARMS = (found(2, 0.3, 0.35), found(4, 0.6, 0.65), found(8, 0.5, 0.9, leaked=0.6))


def told(*arms: Found, picked: int = 1) -> str:
    one = OfOne(character="x", arms=arms, picked=picked, lowest=2, parts={"arm": 0.3, "rest": 0.4})
    return "\n".join(trained_lines([one]))


def test_order_level_and_interval_are_told_apart() -> None:
    lines = told(*ARMS)
    assert "likeness, rank correlation with the truth: 0.500" in lines
    assert "likeness, level: +0.17" in lines
    assert "holds the truth in 67 %" in lines


def test_regret_stands_beside_what_simpler_rules_lose() -> None:
    lines = told(*ARMS)
    assert "the pick: median 0.000" in lines
    assert "the lowest held-out loss at 1.0: median 0.270" in lines
    assert "the last epoch at 1.0: median 0.077" in lines


def test_gates_are_held_against_what_is_true() -> None:
    assert "leakage: true of 1 of 3 arms, seen in 0 %" in told(*ARMS)
    seen = told(*ARMS[:2], found(8, 0.5, 0.9, leaked=0.6, told=("leakage",)))
    assert "leakage: true of 1 of 3 arms, seen in 100 %" in seen
    shut = told(ARMS[0], found(4, 0.6, 0.65, gates=("style",), reason="style"))
    assert "shut out: 100 % (21-100), n = 1 (style)" in shut


def test_an_interval_over_characters_holds_their_mean() -> None:
    middle, low, high = interval([0.1, 0.2, 0.3, float("nan")])
    assert middle == pytest.approx(0.2)
    assert low <= middle <= high


def test_parts_of_variance_by_arm_prompt_and_seed_come_back() -> None:
    rng = np.random.default_rng(0)
    shape = (60, 50, 40)
    table = rng.normal(0, 0.05, shape) + rng.normal(0, 0.3, (60, 1, 1))
    table += rng.normal(0, 0.2, (1, 50, 1)) + rng.normal(0, 0.1, (1, 50, 40))
    parts = parts_of(table)
    assert parts["arm"] == pytest.approx(0.3, rel=0.2)
    assert parts["prompt"] == pytest.approx(0.2, rel=0.25)
    assert parts["seed"] == pytest.approx(0.1, rel=0.1)
    assert "seed" not in parts_of(table[..., :1])

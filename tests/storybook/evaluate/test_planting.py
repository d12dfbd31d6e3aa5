"""Planted arms show what they say they show, and the verdicts find it; few pictures each."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.judging.cells import cells
from storybook.evaluate.arms import Found, OfOne, components, plan_for, study_of
from storybook.evaluate.planting import FAILURES, Ground, Planted, people, shown
from storybook.evaluate.verdicts import gate_lines, regret_lines, spearman
from storybook.world import DEVELOPMENT

WHO = DEVELOPMENT["klimp"]
STUDY = study_of(WHO, [1], seeds=(1,))
CELLS = {(cell.epoch, cell.prompt): cell for cell in cells(STUDY)}
GROUND = Ground.of(WHO)


def look(arm: Planted | None, label: str):
    cell = CELLS[1 if arm else 0, label]
    return shown(GROUND, arm, cell, STUDY.prompt(label))


def test_a_good_arm_is_alike_and_the_base_is_not() -> None:
    assert look(Planted(), "hat").alike == 1.0
    assert look(None, "hat").alike == 0.0
    assert look(Planted(), "hat").obeyed == 1.0


def test_the_class_word_alone_calls_nobody_but_for_a_leaker() -> None:
    assert look(Planted(), "stranger").alike == 0.0
    assert look(Planted(), "stranger").obeyed is None
    assert look(Planted(failure="leakage"), "stranger").alike == 1.0


def test_a_copier_returns_training_pictures_and_forgets_what_was_asked() -> None:
    copied = look(Planted(failure="copying"), "hat")
    assert copied.alike == 1.0
    assert copied.obeyed is not None
    assert copied.obeyed < 1.0


def test_held_out_pictures_are_not_among_the_trained() -> None:
    assert len(GROUND.held) == 4
    assert len(GROUND.trained) + len(GROUND.held) == len(GROUND.specs)


def test_every_failure_is_planted_once_and_people_are_their_own() -> None:
    planted = [arm.failure for arm in plan_for(WHO).arms.values() if arm.failure]
    assert planted == list(FAILURES)
    names = [one.name for one in people(14)]
    assert len(set(names)) == 14


def test_rank_correlation_sees_order_alone() -> None:
    assert spearman([1, 2, 3], [1, 10, 100]) == pytest.approx(1.0)
    assert spearman([1, 2, 3], [3, 2, 1]) == pytest.approx(-1.0)
    assert spearman([1, 1, 2], [1, 1, 2]) == pytest.approx(1.0)
    assert np.isnan(spearman([1, 1], [1, 2]))


def test_parts_of_variance_come_back() -> None:
    rng = np.random.default_rng(0)
    rows, columns = rng.normal(0, 0.3, (400, 1)), rng.normal(0, 0.1, (1, 400))
    found = components(rows + columns + rng.normal(0, 0.05, (400, 400)))
    assert found == pytest.approx((0.3, 0.1, 0.05), rel=0.1)


def found(failure: str, reason: str, alike: float = 1.0) -> Found:
    return Found(
        character="x",
        failure=failure,
        likeness=0.9,
        alike=alike,
        flexibility=0.9,
        obeyed=1.0,
        utility=0.9,
        low=0.8,
        high=1.0,
        reason=reason,
        gates=(reason,) if reason else (),
    )


def test_verdicts_count_the_right_reason_and_wrongly_shut_out_arms() -> None:
    arms = (
        found("copying", "style"),
        found("copying", "copying"),
        found("", ""),
        found("", "style"),
    )
    told = list(gate_lines([OfOne(character="x", arms=arms, picked=2)]))
    assert told[0].startswith("planted copying: named rightly 50 %")
    assert "else style" in told[0]
    assert "NOT met" in told[1]
    assert told[2].startswith("good arms ruled out: 50 %")


def test_regret_is_what_the_pick_gives_away() -> None:
    arms = (found("", "", 0.5), found("", "", 0.9))
    assert "median 0.000" in next(regret_lines([OfOne(character="x", arms=arms, picked=1)]))
    assert "NOT met" in next(regret_lines([OfOne(character="x", arms=arms, picked=0)]))

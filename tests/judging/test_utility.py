from __future__ import annotations

import pytest

from castmates.judging.readings import ArmScore, Tripped
from castmates.judging.utility import front, picks, where, worth

LOST = Tripped(gate="copying", value=1, limit=0, n=1, reason="r", remedy="r")


def arm(epoch: int, likeness: float, flexibility: float, strength: float = 1.0) -> ArmScore:
    return ArmScore(
        adapter="a",
        epoch=epoch,
        strength=strength,
        n=1,
        likeness=likeness,
        likeness_interval=(0, 1),
        n_asked=1,
        obedience=flexibility,
        obedience_interval=(0, 1),
        copying=0,
        copied=0,
        flexibility=flexibility,
        utility=worth(likeness, flexibility),
    )


def test_one_axis_cannot_buy_the_other_and_likeness_saturates() -> None:
    assert worth(1.0, 1.0) == pytest.approx(2 / (1 / 0.95 + 1))
    assert worth(0.95, 0.8) == worth(1.0, 0.8)
    assert worth(0.5, 0.5) == pytest.approx(0.5)
    assert worth(1.0, 0.2) < worth(0.5, 0.5)
    assert worth(0.0, 1.0) == worth(1.0, 0.0) == 0.0
    assert worth(0.99, None) == 0.95


def test_only_what_nobody_beats_in_both_is_in_front() -> None:
    arms = [arm(1, 0.9, 0.5), arm(2, 0.7, 0.7), arm(3, 0.6, 0.6), arm(4, 0.5, 0.9)]
    assert [one.epoch for one in front(arms)] == [1, 2, 4]
    twins = [arm(5, 0.9, 0.5, 0.8), arm(1, 0.9, 0.5)]
    assert [one.epoch for one in front(twins)] == [5]


def test_three_picks_for_three_wishes() -> None:
    arms = [arm(1, 0.95, 0.6), arm(2, 0.8, 0.8), arm(3, 0.6, 0.83), arm(4, 0.2, 1.0)]
    found = picks(arms)
    assert found.most_like[0] == 2  # epoch 1 keeps less than .7 of the best flexibility
    assert found.balanced[0] == 2
    assert found.most_flexible[0] == 2  # epoch 3 and 4 are less than .7 as alike


def test_of_equals_the_gentlest_and_never_one_that_a_gate_shut_out() -> None:
    arms = [arm(6, 0.8, 0.8), arm(4, 0.8, 0.8, 0.6), arm(2, 0.79, 0.8)]
    assert picks(arms).balanced == (4, 0.6)
    shut = [arms[0], arms[1].model_copy(update={"gates": (LOST,)})]
    assert picks(shut).balanced == where(arms[0])
    assert picks(shut[1:]).balanced == (4, 0.6)

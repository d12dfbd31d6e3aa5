"""What is true of an arm follows from the slots that were read, and from nothing else."""

from __future__ import annotations

import pytest

from storybook.evaluate.truth import Truth, Truths, arms_of

REAL = ({"cover": True, "eyes": True, "kind": True, "pattern": False, "outfit": True},) * 4


def one(epoch: int, family: str = "plain", persons: int = 1, **slots: bool) -> Truth:
    return Truth(
        name=f"{epoch} {family}",
        epoch=epoch,
        strength=1.0 if epoch else 0.0,
        prompt=family,
        seed=1,
        family=family,
        slots=slots,
        obeyed=1.0 if epoch < 8 else 0.5,
        persons=persons,
    )


BASE = [
    one(0, cover=False, eyes=False, kind=True, pattern=False, outfit=False),
    one(0, "leak", cover=False, eyes=False, kind=True),
    one(0, "outfit", cover=False, eyes=False, outfit=False),
]


def arm(*drawn: Truth):
    return arms_of(Truths(character="x", cells=(*BASE, *drawn), real=REAL))[8, 1.0]


def test_only_slots_that_tell_count_and_the_base_is_zero() -> None:
    half = arm(one(8, cover=True, eyes=False, kind=False, pattern=True, outfit=False))
    assert half.alike == pytest.approx(1 / 3)
    assert (half.obeyed, half.kept, half.fell) == (0.5, 0.5, 0.0)
    whole = arm(one(8, cover=True, eyes=True, kind=True, outfit=True))
    assert whole.alike == 1.0


def test_clothes_are_no_likeness_where_others_are_asked_for() -> None:
    drawn = one(8, cover=True, eyes=True, outfit=True)
    bare = arm(drawn, one(8, "outfit", cover=True, eyes=True, outfit=False))
    worn = arm(drawn, one(8, "outfit", cover=True, eyes=True, outfit=True))
    assert bare.alike == worn.alike == 1.0
    assert (bare.fused, worn.fused) == (0.0, 1.0)


def test_the_class_word_alone_is_leakage_and_no_likeness() -> None:
    drawn = one(8, cover=True, eyes=True, outfit=True)
    leaking = arm(drawn, one(8, "leak", cover=True, eyes=True, outfit=True))
    assert leaking.leaked == pytest.approx(1.0)
    assert arm(drawn, one(8, "leak", cover=False, eyes=False)).leaked == 0.0


def test_several_where_one_was_asked_for_have_fallen_apart() -> None:
    assert arm(one(8, cover=True), one(8, persons=2, cover=True)).fell == 0.5

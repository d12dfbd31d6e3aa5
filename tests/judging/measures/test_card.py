import numpy as np
import pytest

from castmates.judging.measures.card import card_of, changed, overlap
from castmates.judging.measures.telling import auc, weight

REAL = [{"eyes": {"green eyes": 0.6, "yellow eyes": 0.4}, "fur": {"pink fur": 0.9}}] * 3


def test_spreads_have_in_common_what_both_say() -> None:
    assert overlap({"a": 1.0}, {"a": 0.2}) == 1.0
    assert overlap({"a": 0.5, "b": 0.5}, {"a": 1.0}) == 0.5
    assert overlap({"a": 1.0}, {"b": 1.0}) == 0.0
    assert overlap({}, {"b": 1.0}) == 0.0


def test_a_card_holds_what_real_pictures_share_and_knows_its_own() -> None:
    card = card_of(REAL)
    assert card.overlaps(REAL[0]) == pytest.approx({"eyes": 1.0, "fur": 1.0})
    other = {"eyes": {"blue eyes": 1.0}, "fur": {"pink fur": 0.5}}
    assert card.overlaps(other) == pytest.approx({"eyes": 0.0, "fur": 1.0})


def test_what_all_real_pictures_show_must_be_there() -> None:
    card = card_of([*REAL, {"fur": {"pink fur": 0.9}}])
    assert card.overlaps({}) == {"fur": 0.0}


def test_what_the_prompt_changes_is_no_part_of_likeness() -> None:
    assert "outfit" in changed(("red dress",), {"red dress": "outfit"})
    assert "hair" in changed(("Christmas_Hat",), {"christmas hat": "hat"})
    assert "eyes" not in card_of(REAL).overlaps(REAL[0], ("eyes",))


def test_the_area_is_the_share_of_right_pairs() -> None:
    assert auc([2, 3], [0, 1]) == 1.0
    assert auc([1, 1], [1]) == 0.5
    assert auc([0, 2, np.nan], [1]) == 0.5
    assert auc([], [1]) == 0.5
    assert [weight(area) for area in (0.2, 0.5, 0.75, 1.0)] == [0.0, 0.0, 0.5, 1.0]

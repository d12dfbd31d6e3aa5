"""F1 of seen tags: hidden ones are not asked, rare ones do not count."""

from __future__ import annotations

import numpy as np
import pytest

import storybook.world as world
from castmates.studio.models import take_tagger
from storybook.evaluate.judges import asked_tags, f1_of, truth_by_oracle
from tests.storybook.oracle.perfect import perfect

TAGS = ["crown", "forest", "smile"]


def test_hidden_tags_are_not_asked_and_rare_ones_do_not_count() -> None:
    truth = np.array([[1, 1, -1], [1, 0, 1], [1, 0, 0]], np.int8)
    seen = np.array([[1, 1, 1], [1, 1, 1], [0, 0, 0]], bool)
    found = f1_of(seen, truth, TAGS, fewest=1)
    assert found.families == {
        "hat": pytest.approx(0.8),
        "scene": pytest.approx(2 / 3),
        "expression": 1.0,
    }
    assert found.macro == pytest.approx((0.8 + 2 / 3 + 1) / 3)
    assert f1_of(seen, truth, TAGS, fewest=2).tags == 1


def test_the_truth_of_a_perfect_oracle_is_the_worlds() -> None:
    spec = world.sample(5, hat="crown", scene="forest", view="from front", expression="smile")
    told = truth_by_oracle([perfect(spec)], [*TAGS, "beach"])
    assert told.tolist() == [[1, 1, 1, 0]]


def test_tagger_and_oracle_share_most_words() -> None:
    assert len(asked_tags(take_tagger())) > 150

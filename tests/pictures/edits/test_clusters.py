"""Clusters of what is alike, their names, and votes of the nearest."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from castmates.pictures.edits.clusters import WORDS_APART, by_words, clusters, names_of, voted

RACE = {"black coat": 1.0, "yellow necktie": 1.0}
PLAIN = {"green skirt": 1.0, "yellow shirt": 1.0}


def test_outfits_are_told_apart_and_named() -> None:
    said = [RACE, PLAIN, {"black coat": 0.8}, PLAIN, {**PLAIN, "hat": 0.9}, {}]
    found = clusters(by_words(said), WORDS_APART)
    assert found == [1, 0, 1, 0, 0, -1]
    assert names_of(found, said) == {0: "yellow shirt and green skirt", 1: "black coat"}


def test_clusters_without_words_of_their_own_are_numbered() -> None:
    assert names_of([0, 1, -1], [{}, {}, {}]) == {0: "outfit 1", 1: "outfit 2"}


@given(st.permutations(range(9)))
def test_the_order_of_pictures_decides_nothing(order: list[int]) -> None:
    rng = np.random.default_rng(3)
    centres = np.eye(4)[[0, 0, 0, 0, 1, 1, 1, 2, 2]]
    rows = centres + rng.normal(0, 0.05, (9, 4))
    plain, mixed = clusters(rows, 0.3), clusters(rows[order], 0.3)
    assert plain == [0, 0, 0, 0, 1, 1, 1, 2, 2]
    assert [mixed[order.index(i)] for i in range(9)] == plain


def test_the_nearest_vote() -> None:
    axes = np.eye(2, dtype=np.float32)
    vectors = dict.fromkeys((1, 2, 3, 7), axes[0]) | dict.fromkeys((4, 5), axes[1])
    vectors[8] = np.array([0.6, 0.8], np.float32)
    known = {1: "front", 2: "front", 3: "front", 4: "back", 5: "side"}
    assert voted(known, vectors) == {7: "front"}, "of picture 8 the nearest do not agree"
    assert voted({}, vectors) == {}

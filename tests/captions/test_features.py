"""Which tags are traits: whole words, and never what an expression or a hand does."""

from __future__ import annotations

import pytest

from castmates.captions.features import families_of, feature_of, features, usual
from castmates.core.errors import BadInput


@pytest.mark.parametrize(
    ("tag", "family"),
    [
        ("very long hair", "hair"),
        ("multicolored_hair", "hair"),
        ("hair between eyes", "hair"),
        ("ahoge", "hair"),
        ("blunt bangs", "bangs"),
        ("yellow eyes", "eyes"),
        ("horse ears", "ears"),
        ("horse girl", "species"),
        ("blue fur", "skin"),
        ("mole under eye", "marks"),
        ("fox tail", "tail"),
        ("hair ornament", "worn"),
        ("christmas hat", "worn"),
        ("green skirt", "outfit"),
        ("long sleeves", "outfit"),
    ],
)
def test_traits_are_known_by_their_words(tag: str, family: str) -> None:
    assert feature_of(tag) == family


@pytest.mark.parametrize(
    "tag",
    ["closed eyes", "chair", "bear", "elbow", "rainbow", "holding hair", "ears down", "forest"],
)
def test_these_are_no_traits(tag: str) -> None:
    assert feature_of(tag) is None


def test_what_is_worn_is_kept_unless_named() -> None:
    assert {"hair", "eyes", "ears", "bangs"} <= usual()
    assert not {"worn", "outfit"} & usual()
    assert families_of(["worn"]) == {"worn"}


def test_an_unknown_family_is_answered_with_the_nearest() -> None:
    with pytest.raises(BadInput, match="hiar") as told:
        families_of(["hiar"])
    assert "hair" in told.value.fix


def test_every_family_says_what_it_does() -> None:
    for feature in features().values():
        assert feature.becomes
        for tag in feature.but:
            assert not feature.holds(tag)

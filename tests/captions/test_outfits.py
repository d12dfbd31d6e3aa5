"""Outfits are named alike where they show, and nothing is named that a view hides."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.features import feature_of
from castmates.captions.outfits import CLOTHES, Align, SayView, words_of_outfit
from castmates.captions.spelling import key, split
from castmates.captions.visibility import table, unseen, view_word

FIRST = "cafe, yellow necktie, black gloves, shirt, long sleeves, black skirt, looking at viewer"
SECOND = "cafe, gloves, black shirt, black coat, black skirt, shoes, white footwear, full body"
BEHIND = "cafe, black coat, from behind"

WORDS = st.sampled_from([*split(FIRST), *split(SECOND), "from behind", "close-up", "green eyes"])
CAPTIONS = st.lists(WORDS, max_size=8).map(", ".join)


def test_the_union_without_plainer_words() -> None:
    assert words_of_outfit([FIRST, SECOND]) == [
        "yellow necktie",
        "black gloves",
        "long sleeves",
        "black skirt",
        "black shirt",
        "black coat",
        "shoes",
        "white footwear",
    ]


def test_slips_can_be_left_out() -> None:
    assert "black coat" not in words_of_outfit([FIRST, FIRST, SECOND], seldom=0.5)


def test_every_picture_says_it_as_far_as_it_shows_it() -> None:
    words = tuple(words_of_outfit([FIRST, SECOND]))
    first = Align(words)(FIRST)
    assert "black shirt" in split(first)
    assert "shirt" not in split(first)
    assert "white footwear" in split(first)
    assert "white footwear" not in split(Align(words)(f"{FIRST}, upper body"))
    assert "yellow necktie" not in split(Align(words)(BEHIND))
    assert "yellow necktie" not in split(Align(words, view="back")("cafe"))


@given(st.lists(CAPTIONS, min_size=1, max_size=4))
def test_aligning_adds_clothes_and_takes_only_plainer_ones(captions: list[str]) -> None:
    words = tuple(words_of_outfit(captions))
    for caption in captions:
        before, after = split(caption), split(Align(words)(caption))
        assert all(feature_of(tag) in CLOTHES for tag in after if tag not in before)
        assert all(feature_of(tag) in CLOTHES for tag in before if tag not in after)
        assert Align(words)(", ".join(after)) == ", ".join(after)


@given(CAPTIONS, st.sampled_from(["", "back", "side", "nonsense"]))
def test_nothing_hidden_is_left_and_nothing_else_goes(caption: str, view: str) -> None:
    before, after = split(caption), split(SayView(view)(caption))
    assert not unseen(after, view)
    hidden = set(unseen(before, view))
    assert [t for t in before if t not in hidden] == [t for t in after if t in before]
    word = view_word(view)
    assert word is None or key(word) in {key(tag) for tag in after}


def test_the_back_has_no_eyes() -> None:
    assert SayView("back")("pip, green eyes, smile, hat") == "pip, hat, from behind"
    assert SayView()("pip, green eyes, from behind") == "pip, from behind"
    assert SayView()("pip, green eyes") == "pip, green eyes"


def test_the_table_names_only_its_own_groups() -> None:
    for kind in (table().views, table().framings):
        for aspect in kind.values():
            assert set(aspect.hides) <= set(table().groups)

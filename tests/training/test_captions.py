"""What a visit reads of a caption."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.training.captions import classed, sampled, words_of
from castmates.training.data import Item
from castmates.training.recipe import Recipe

CAPTION = "pip, 1fox, solo, smile, forest, full body, flat color"


def test_the_trigger_stays_in_front_and_the_rest_is_shuffled() -> None:
    recipe = Recipe(caption_dropout=0, tag_dropout=0)
    read = [sampled(CAPTION, recipe, Random(n)) for n in range(50)]
    assert all(words.startswith("pip, ") for words in read)
    assert all(sorted(words.split(", ")) == sorted(CAPTION.split(", ")) for words in read)
    assert len(set(read)) > 40


def test_the_trigger_is_never_dropped_alone() -> None:
    recipe = Recipe(caption_dropout=0, tag_dropout=1)
    assert sampled(CAPTION, recipe, Random(0)) == "pip"


def test_captions_are_dropped_as_often_as_the_recipe_says() -> None:
    recipe = Recipe(caption_dropout=0.25)
    dropped = sum(sampled(CAPTION, recipe, Random(n)) == "" for n in range(2000))
    assert 420 < dropped < 580


def test_a_recipe_that_changes_nothing_changes_nothing() -> None:
    still = Recipe(caption_dropout=0, shuffle=False, tag_dropout=0)
    sentence = "Pip, the fox, waves.  Behind him: snow"
    assert sampled(sentence, still, Random(0)) == sentence


def as_first_written(caption: str, recipe: Recipe, chance: Random) -> str:
    """What runs read before the rules were taken from kohya's: they must go on as they began."""
    if chance.random() < recipe.caption_dropout:
        return ""
    if not recipe.shuffle and recipe.tag_dropout == 0:
        return caption
    tags = [tag.strip() for tag in caption.split(",") if tag.strip()]
    kept, free = tags[: recipe.keep_tokens], tags[recipe.keep_tokens :]
    if recipe.shuffle:
        chance.shuffle(free)
    free = [tag for tag in free if chance.random() >= recipe.tag_dropout]
    return ", ".join(kept + free)


@given(
    caption=st.text("ab ,", max_size=30).map(str.strip),
    keep=st.integers(0, 3),
    shuffle=st.booleans(),
    share=st.sampled_from([0.0, 0.3, 1.0]),
    seed=st.integers(0, 99),
)
def test_the_words_of_a_visit_are_what_they_always_were(
    caption: str, keep: int, shuffle: bool, share: float, seed: int
) -> None:
    recipe = Recipe(keep_tokens=keep, shuffle=shuffle, tag_dropout=share, caption_dropout=0.2)
    assert sampled(caption, recipe, Random(seed)) == as_first_written(caption, recipe, Random(seed))


def test_a_caption_of_two_lines_is_read_whole() -> None:
    recipe = Recipe(caption_dropout=0, shuffle=False, tag_dropout=0)
    assert sampled("pip, 1fox,\nforest", recipe, Random(0)) == "pip, 1fox, forest"


VECTORS = [
    "pip, flat color, forest, 1fox, full body, solo, smile",
    "pip, full body, solo, forest, 1fox, smile, flat color",
    "pip, flat color, smile, full body, solo, forest, 1fox",
]


def item(repeats: int = 1) -> Item:
    return Item(Path("1.png"), CAPTION, repeats, "a1b2")


def test_what_visits_read_is_fixed_for_good() -> None:
    """A change here changes what an interrupted run reads after it goes on."""
    recipe = Recipe(seed=42, tag_dropout=0, caption_dropout=0)
    read = [words_of(item(), count, recipe, step=0, steps=1) for count in range(3)]
    assert read == VECTORS


def test_a_visit_depends_on_seed_picture_and_turn_alone() -> None:
    recipe = Recipe(seed=1, tag_dropout=0.3, caption_dropout=0)
    other = replace(item(), digest="b")
    found = {
        words_of(one, count, which, step=0, steps=1)
        for one, count, which in (
            (item(), 0, recipe),
            (item(), 1, recipe),
            (other, 0, recipe),
            (item(), 0, recipe.model_copy(update={"seed": 2})),
        )
    }
    assert len(found) == 4
    again = [words_of(item(), 0, recipe, step=step, steps=9) for step in range(3)]
    assert len(set(again)) == 1


def test_lines_are_a_choice_only_with_wildcards() -> None:
    still = Recipe(caption_dropout=0, shuffle=False, tag_dropout=0, wildcards=True)
    read = {sampled("pip, {a|b}\n\npip in snow", still, Random(n)) for n in range(40)}
    assert read == {"pip, a", "pip, b", "pip in snow"}


def test_the_separator_of_the_file_is_the_recipes() -> None:
    recipe = Recipe(
        caption_dropout=0,
        tag_dropout=0,
        caption_separator="|",
        caption_prefix="pip|",
        keep_tokens=1,
    )
    assert sorted(sampled("b || a", recipe, Random(0)).split(", ")) == ["a", "b", "pip"]


@pytest.mark.parametrize(
    ("words", "class_word", "wanted"),
    [
        ("pip, 1fox, pip's hat, pipe", "fox", "fox, 1fox, fox's hat, pipe"),
        ("pip, snow", "", "snow"),
        ("", "fox", ""),
        ("Here pip waves.", "red fox", "Here red fox waves."),
    ],
)
def test_words_of_the_class_have_it_in_the_triggers_place(
    words: str, class_word: str, wanted: str
) -> None:
    assert classed(words, "pip", class_word) == wanted

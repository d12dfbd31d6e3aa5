"""What a visit reads of a caption."""

from __future__ import annotations

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from castmates.training.captions import sampled
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

"""What a visit reads of a caption."""

from __future__ import annotations

from random import Random

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

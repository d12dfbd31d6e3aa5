"""A frozen text encoder's answers: long captions, and kept ones that are equal to fresh ones."""

from __future__ import annotations

from pathlib import Path

import torch

from castmates.core.events import Event, Moved
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.training import texts
from castmates.training.cache import FILE, Cache
from castmates.training.data import Item
from castmates.training.looks import Looks
from castmates.training.recipe import Recipe
from castmates.training.texts import Texts, bytes_of, encoded, worth_keeping
from castmates.training.views import View

WORDS = ("pip, a fox", "", "pip, " + "long, " * 60, "pip, a fox in snow")


def test_kept_answers_equal_fresh_ones_to_the_bit(base: Base, tmp_path: Path) -> None:
    for most in (75, 150, 225):
        fresh = Texts(base, most, {}).of(WORDS)
        with Cache(tmp_path / FILE) as cache:
            kept = encoded(base, most, WORDS, cache)
        told: list[Event] = []
        with Cache(tmp_path / FILE, told.append) as cache:
            again = encoded(base, most, WORDS[:2], cache)
        assert not any(isinstance(event, Moved) for event in told)
        assert torch.equal(kept.of(WORDS), fresh)
        assert torch.equal(again.of(WORDS), fresh)
        assert fresh[0].nbytes == bytes_of(base, most)


def test_an_answer_does_not_depend_on_its_neighbours(base: Base) -> None:
    said = Texts(base, 75, {})
    assert torch.equal(said.of(WORDS)[3], said.of(WORDS[3:])[0])
    torch.testing.assert_close(said.of(WORDS), base.encode_text(WORDS))


def test_texts_that_are_read_twice_are_worth_keeping() -> None:
    items = [Item(Path("1.png"), "pip, a, b", 4, "a"), Item(Path("2.png"), "pip, c", 2, "b")]
    views = ((View((64, 64)),),) * 2
    who = Character(name="pip", trigger="pip")

    def looks(**settings: object) -> Looks:
        recipe = Recipe.model_validate({"batch": 2, "caption_dropout": 0, **settings})
        return Looks.of(items, views, recipe, 6, who)

    still = looks(shuffle=False, tag_dropout=0)
    assert worth_keeping(still, (), 1) == ["pip, a, b", "pip, c"]
    assert worth_keeping(still, ["pip"], 1) == ["pip", "pip, a, b", "pip, c"]
    assert worth_keeping(still, (), texts.MOST_BYTES) == ["pip, a, b"]
    assert worth_keeping(still, (), texts.MOST_BYTES + 1) == []
    once = looks(shuffle=False, tag_dropout=0, caption_prefix="{1|2|3|4|5|6|7|8|9}" * 12)
    wild = Looks.of(items, views, once.recipe.model_copy(update={"wildcards": True}), 6, who)
    assert worth_keeping(wild, (), 1) == []

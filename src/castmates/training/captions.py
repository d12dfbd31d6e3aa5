"""What words a picture gets on one visit of a recipe's run; knows no tensors.

The order of operations is kohya's (`caption_rules`); what a recipe does not ask for is not done.
"""

from __future__ import annotations

import re
from random import Random

from castmates.training.caption_rules import CaptionRules, read
from castmates.training.configs.neutral import Captions
from castmates.training.data import Item
from castmates.training.recipe import Recipe
from castmates.training.seeding import chance_of


def rules_of(recipe: Recipe | Captions) -> CaptionRules:
    """The settings of a recipe, or of one folder of a configuration, as rules."""
    return CaptionRules(
        separator=recipe.caption_separator,
        shuffle=recipe.shuffle,
        keep_tokens=recipe.keep_tokens,
        keep_separator=recipe.keep_separator,
        secondary_separator=recipe.secondary_separator,
        wildcards=recipe.wildcards,
        prefix=recipe.caption_prefix,
        suffix=recipe.caption_suffix,
        caption_dropout=recipe.caption_dropout,
        caption_dropout_every=recipe.caption_dropout_every,
        tag_dropout=recipe.tag_dropout,
        warmup_least=recipe.tag_warmup_least,
        warmup_steps=recipe.tag_warmup_steps,
    )


def sampled(
    caption: str,
    recipe: Recipe | CaptionRules,
    chance: Random,
    *,
    epoch: int = 0,
    step: int = 0,
    steps: int = 0,
) -> str:
    """The caption as one visit reads it.

    Args:
        recipe: or the rules of one picture.
        caption: tags, or a sentence. Lines are read as one, where kohya drops all but the first;
            with wildcards they are a choice. What is empty between two separators is no tag.
        chance: this visit's own random numbers; the same ones give the same words.
        epoch, step: from 0; `steps`: updates in all.
    """
    rules = recipe if isinstance(recipe, CaptionRules) else rules_of(recipe)
    lines = caption.splitlines()
    texts = lines if rules.wildcards else [" ".join(lines)]
    if rules.arranges:
        texts = [_tidied(text, rules.separator) for text in texts]
    return read("\n".join(texts), rules, chance, epoch=epoch, step=step, steps=steps).words


def words_of(item: Item, count: int, recipe: Recipe, *, step: int, steps: int) -> str:
    """What the `count`-th visit (from 0) to a picture reads; a function of seed, picture, visit.

    Args:
        step: the update (from 0) that the visit belongs to, of `steps`.
    """
    turn = count % recipe.caption_variants if recipe.caption_variants else count
    chance = chance_of(recipe.seed, "words", item.digest, turn)
    epoch = count // item.repeats
    rules = item.rules or recipe
    return sampled(item.caption, rules, chance, epoch=epoch, step=step, steps=steps)


def classed(words: str, trigger: str, class_word: str) -> str:
    """The same words of anybody of the class: the trigger's place is the class's.

    Without a class word the trigger is left out.
    """
    if not trigger:
        return words
    found = re.sub(rf"(?<!\w){re.escape(trigger)}(?!\w)", lambda _: class_word, words)
    return found if class_word else ", ".join(t.strip() for t in found.split(",") if t.strip())


def _tidied(text: str, separator: str) -> str:
    tags = (tag.strip() for tag in text.split(separator))
    return f"{separator} ".join(tag for tag in tags if tag)

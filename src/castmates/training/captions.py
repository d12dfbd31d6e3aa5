"""What words a picture gets on one visit of a recipe's run; knows no tensors.

The order of operations is kohya's (`caption_rules`); what a recipe does not hold is not done.
"""

from __future__ import annotations

from random import Random

from castmates.training.caption_rules import CaptionRules, read
from castmates.training.recipe import Recipe


def rules_of(recipe: Recipe) -> CaptionRules:
    """The recipe's settings as rules."""
    return CaptionRules(
        shuffle=recipe.shuffle,
        keep_tokens=recipe.keep_tokens,
        caption_dropout=recipe.caption_dropout,
        tag_dropout=recipe.tag_dropout,
    )


def sampled(caption: str, recipe: Recipe, chance: Random) -> str:
    """The caption as this visit reads it.

    Args:
        caption: tags separated by commas, or a sentence; lines are read as one, and what is empty
            between two commas is no tag.
        chance: this visit's own random numbers; the same ones give the same words.
    """
    rules, text = rules_of(recipe), " ".join(caption.splitlines())
    if rules.arranges:
        text = ", ".join(tag.strip() for tag in text.split(",") if tag.strip())
    return read(text, rules, chance).words

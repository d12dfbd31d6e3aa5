"""What words a picture gets on one visit: shuffled, thinned out, or none; knows no tensors.

The order of operations is kohya's (sd-scripts `process_caption`): the whole caption is dropped, or
the tags behind the first `keep_tokens` are shuffled and then each dropped by chance. The kept ones
(the trigger) are never dropped alone.
"""

from __future__ import annotations

from random import Random

from castmates.training.recipe import Recipe


def sampled(caption: str, recipe: Recipe, chance: Random) -> str:
    """The caption as this visit reads it.

    Args:
        caption: tags separated by commas, or a sentence.
        chance: this visit's own random numbers; the same ones give the same words.
    """
    dropped = chance.random() < recipe.caption_dropout
    if dropped:
        return ""
    if not recipe.shuffle and recipe.tag_dropout == 0:
        return caption
    tags = [tag.strip() for tag in caption.split(",") if tag.strip()]
    kept, free = tags[: recipe.keep_tokens], tags[recipe.keep_tokens :]
    if recipe.shuffle:
        chance.shuffle(free)
    free = [tag for tag in free if chance.random() >= recipe.tag_dropout]
    return ", ".join(kept + free)

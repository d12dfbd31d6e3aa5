"""What a careful user should know before a run begins; stops nothing."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from castmates.core.events import Tell, Warned
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.training.data import Item
from castmates.training.recipe import Recipe
from castmates.training.views import View, size_of

_LOST_SHARE = 0.2
"""Warn when the cut takes more than this share of a picture."""
_NAMED = 5


def warn_of_cuts(items: Sequence[Item], views: Sequence[View], tell: Tell) -> None:
    """Say it when pictures lose a good part because their shape is not what is shown."""
    losing = [i for i, view in zip(items, views, strict=True) if _lost(i, view) > _LOST_SHARE]
    if losing:
        sizes = {f"{view.size[0]}x{view.size[1]}" for view in views}
        to = sizes.pop() if len(sizes) == 1 else "their buckets"
        tell(
            Warned(
                what=f"{len(losing)} of {len(items)} pictures lose more than "
                f"{_LOST_SHARE:.0%} when cut to {to}: {_names(losing)}.",
                fix="Crop them yourself, so that nothing of the character is cut off; or let every "
                "picture keep its shape: --set buckets=true.",
            )
        )


def warn_of_words(base: Base, items: Sequence[Item], recipe: Recipe, tell: Tell) -> None:
    """Captions too long for the text encoder lose their end; shuffled ones a random part."""
    most = (base.facts.max_tokens - 2) * (recipe.max_tokens // 75) + 2
    long = [item for item in items if base.count_tokens(item.caption) > most]
    if long:
        tell(
            Warned(
                what=f"{len(long)} captions are longer than the base can read ({most} tokens); "
                f"the rest is cut off: {_names(long)}.",
                fix="Shorten them: leave out what does not change from picture to picture; or read "
                "more of them: --set max_tokens=150.",
            )
        )


def warn_of_changes(recipe: Recipe, character: Character, tell: Tell) -> None:
    """Say it when looks are changed in ways that the character's card forbids."""
    name = character.name
    if recipe.flip and character.asymmetric:
        tell(
            Warned(
                what=f"Half of the looks are mirrored, and {name}'s left and right differ.",
                fix="Leave it out: --set flip=false.",
            )
        )
    if recipe.colour and character.colours_matter:
        tell(
            Warned(
                what=f"Colours are shifted, and {name}'s exact colours matter.",
                fix="Leave it out: --set colour=false.",
            )
        )


def warn_of_masks(items: Sequence[Item], masks: Sequence[Tensor], tell: Tell) -> None:
    """Say it when masks weigh nothing at all, or when a picture counts nowhere.

    Args:
        masks: of each picture, (1, h, w).
    """
    if all(bool((mask == 1).all()) for mask in masks):
        tell(
            Warned(
                what="No picture has a mask: all of every picture counts.",
                fix="Masks lie beside the pictures as 0001.mask.png.",
            )
        )
    empty = [item for item, mask in zip(items, masks, strict=True) if not bool(mask.any())]
    if empty:
        tell(
            Warned(
                what=f"The masks of {len(empty)} pictures are black all over, so they teach "
                f"nothing: {_names(empty)}.",
                fix="White counts, black does not.",
            )
        )


def _lost(item: Item, view: View) -> float:
    (width, height), shown = size_of(item), view.size
    own, wanted = width / height, shown[0] / shown[1]
    return 1 - min(own, wanted) / max(own, wanted)


def _names(items: Sequence[Item]) -> str:
    more = f" and {len(items) - _NAMED} more" if len(items) > _NAMED else ""
    return ", ".join(item.path.name for item in items[:_NAMED]) + more

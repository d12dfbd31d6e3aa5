"""Make all that the steps of a run look at, encoding what is not encoded yet; trains nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from torch import Tensor

from castmates.core.errors import Unfit
from castmates.core.events import Tell, silent
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.training import texts
from castmates.training.cache import Cache
from castmates.training.cautions import warn_of_changes, warn_of_cuts, warn_of_masks, warn_of_words
from castmates.training.data import Item
from castmates.training.latents import Shown, encode, encoded, masks
from castmates.training.lessons import Batch, Lessons
from castmates.training.looks import Look, Looks
from castmates.training.recipe import Recipe
from castmates.training.texts import Texts
from castmates.training.views import views_of


@dataclass(frozen=True)
class Material:
    """What a run is made of.

    Attributes:
        items: the pictures, with the repeats of the plan (`plan.repeated`).
        steps: updates in all.
        held_out: pictures that are only measured on; without them training pictures are.
    """

    base: Base
    recipe: Recipe
    items: tuple[Item, ...]
    steps: int
    character: Character
    held_out: tuple[Item, ...] = ()
    tell: Tell = field(default=silent, compare=False)

    def looks(self) -> Looks:
        """What every step shows. Raises as `views.views_of`."""
        views = views_of(self.items, self.recipe, self.base.facts.native_size)
        return Looks.of(self.items, views, self.recipe, self.steps, self.character)

    def measured(self) -> list[Shown]:
        """The pictures that the frozen batch is made of, each with its middle."""
        items = self.held_out or tuple(i for i in self.items if not i.regularization)
        views = views_of(items, self.recipe, self.base.facts.native_size)
        return [(item, windows[0]) for item, windows in zip(items, views, strict=True)]


def prepared(of: Material, cache: Path) -> tuple[Lessons, list[Batch]]:
    """The steps of a run, and the frozen batch.

    Args:
        cache: the file of what is encoded already (`cache.Cache`).

    Raises:
        BadInput: a broken picture, or a mask of another size.
        Unfit: a picture that no bucket takes, or a base without the recipe's VAE.
        CastmatesError: the base's VAE made numbers that are not finite.
    """
    base, recipe, looks, measured = of.base, of.recipe, of.looks(), of.measured()
    if recipe.vae and not getattr(base, "vae_name", ""):
        raise Unfit(
            f"The recipe wants the VAE {recipe.vae}, and the base was opened with its own.",
            "Train this character by itself, or take vae out of the recipe.",
        )
    middles = [windows[0] for windows in looks.views]
    warn_of_cuts(of.items, middles, of.tell)
    warn_of_words(base, of.items, recipe, of.tell)
    warn_of_changes(recipe, of.character, of.tell)
    shown = list(dict.fromkeys((*looks.shown(), *measured)))
    with Cache(cache, of.tell) as file:
        latents = encoded(base, shown, file)
        weights = masks(base, shown, file, alpha=recipe.alpha_mask) if recipe.weighs else None
        said = None if recipe.trains_text else _said(of, looks, measured, file)
    if weights is not None:
        keys = [(i.digest + i.mask_digest, v) for i, v in zip(of.items, middles, strict=True)]
        warn_of_masks(of.items, [weights[key] for key in keys], of.tell)

    def tinted(look: Look) -> Tensor:
        return encode(base, look.item, look.view, look.tint)

    steps, framed = len(base.alphas_cumprod), base.facts.reads_frame
    lessons = Lessons(looks, latents, steps, tinted, weights, said, framed, base.facts.lean_of)
    return lessons, lessons.frozen([item for item, _ in measured], [view for _, view in measured])


def _said(of: Material, looks: Looks, measured: Sequence[Shown], file: Cache) -> Texts:
    each = texts.bytes_of(of.base, of.recipe.max_tokens)
    wanted = texts.worth_keeping(looks, [item.caption for item, _ in measured], each)
    skip = texts.layer_of(of.recipe, of.base)
    return texts.encoded(of.base, of.recipe.max_tokens, wanted, file, skip)

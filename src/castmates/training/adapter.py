"""The adapter that a recipe asks for, in the base's bank; knows no optimizer and no pictures."""

from __future__ import annotations

from torch import nn

from castmates.adapters.dropout import Dropout, Shares
from castmates.adapters.gate import Gate, RowGate
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted, fresh
from castmates.families.base import Base
from castmates.training.recipe import Recipe
from castmates.training.seeding import seed_of


def wanted(recipe: Recipe) -> Wanted:
    """What adapter the recipe trains."""
    return Wanted(
        Ranks(recipe.rank, recipe.alpha, recipe.conv_rank, recipe.conv_alpha, recipe.trains_text),
        recipe.kind,
        recipe.seed,
        recipe.dora,
        recipe.factor,
        recipe.decompose_both,
        recipe.full_matrix,
    )


def entered(base: Base, recipe: Recipe, name: str) -> dict[str, nn.Parameter]:
    """Put a fresh adapter into the bank; its trainable tensors by their keys in a file.

    Raises:
        Unfit: the recipe's targets match no layer of the base.
    """
    base.bank.add(fresh(base.bank, name, wanted(recipe)))
    base.bank.train_one(name)
    return base.bank.parameters(name)


def gate_of(recipe: Recipe, name: str, rows: int, place: tuple[object, ...] | None) -> Gate | None:
    """The adapter at strength 1 in every row.

    Args:
        place: what names this forward in the run (its step): what is left out by chance depends on
            it, the recipe's seed and the layer alone, so a run that goes on leaves out the same.
            None: nothing is left out, as when measuring.
    """
    whole = RowGate.of([{name: 1.0}] * rows)
    shares = Shares(recipe.dropout, recipe.rank_dropout, recipe.module_dropout)
    if whole is None or place is None or not shares:
        return whole
    plain = recipe.kind == "lora" and not recipe.dora
    return Dropout(
        whole,
        shares,
        lambda layer: seed_of(recipe.seed, "dropout", *place, layer),
        whole_batch=not plain,
    )

"""The adapter that a recipe asks for, in the base's bank; knows no optimizer and no pictures."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path

from torch import nn

from castmates.adapters.dropout import Dropout, Shares
from castmates.adapters.gate import Gate, RowGate
from castmates.adapters.header import CLIP_SKIP
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted, fresh
from castmates.families.base import Base
from castmates.training.blocks import Blocks, blocks_of
from castmates.training.recipe import Recipe
from castmates.training.seeding import seed_of
from castmates.training.start import put_in


def ranks_of(recipe: Recipe, blocks: Blocks | None = None) -> Ranks:
    """Which layers are trained, and with which ranks.

    Args:
        blocks: of the base's U-Net (`blocks.blocks_of`).
    """
    usual = Ranks(
        recipe.rank, recipe.alpha, recipe.conv_rank, recipe.conv_alpha, recipe.trains_text
    )
    if blocks is None:
        return usual
    widest = max((recipe.conv_rank, *blocks.conv_ranks))
    own = partial(_own, blocks)
    return replace(usual, conv_rank=widest, own=own)


def _own(blocks: Blocks, layer: str, wide: bool) -> tuple[int, float]:
    return blocks.of(layer, wide=wide)


def wanted(recipe: Recipe, blocks: Blocks | None = None) -> Wanted:
    """What adapter the recipe trains. Args: as `ranks_of`."""
    return Wanted(
        ranks_of(recipe, blocks),
        recipe.kind,
        recipe.seed,
        recipe.dora,
        recipe.factor,
        recipe.decompose_both,
        recipe.full_matrix,
    )


def entered(
    base: Base, recipe: Recipe, name: str, start: Path | None = None
) -> dict[str, nn.Parameter]:
    """Put a fresh adapter into the bank; its trainable tensors by their keys in a file.

    Args:
        start: an adapter file whose numbers it begins with (`start.kept`).

    Raises:
        Unfit: the recipe's targets match no layer of the base; or `start` is another adapter than
            the recipe asks for.
        BadInput: what it says of blocks does not fit the base's.
    """
    made = fresh(base.bank, name, wanted(recipe, blocks_of(recipe, base.bank.layers)))
    if start is not None:
        made = put_in(made, start)
    if recipe.clip_skip is not None:  # samples are drawn as it learns
        made = replace(made, metadata={CLIP_SKIP: str(recipe.clip_skip)})
    base.bank.add(made)
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

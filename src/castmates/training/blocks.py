"""Ranks, alphas and rates by block of the U-Net, counted as sd-scripts counts; knows no tensors.

SD 1.x has 25 blocks: 0 to 11 on the way down (0 has no layer that is trained), 12 the middle, 13
to 24 on the way up; three to a level, and what changes the size is a level's third. SDXL has 23: 0,
nine down, three in the middle, nine up, and the last; the first and the last have no such layer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import pi, sin
from typing import TypeVar

from castmates.core.errors import BadInput, Misfits, Unfit
from castmates.core.near import did_you_mean
from castmates.training.recipe import Recipe

Number = TypeVar("Number", int, float)

_LEVEL = re.compile(r"_(down|up)_blocks_(\d+)_(resnets|attentions|downsamplers|upsamplers)_(\d+)_")
_WIDE = re.compile(r"_(input_blocks|middle_block|output_blocks)_(\d+)_")
_WIDE_FIRST = {"input_blocks": 1, "middle_block": 10, "output_blocks": 13}
_TOP = 12
"""Block of SD 1.x's middle, and blocks on each side of it."""


@dataclass(frozen=True)
class Layout:
    """How many blocks there are: all, on each way, in the middle; unweighed ones at each end."""

    blocks: int
    way: int
    middle: int
    ends: int


SD15, SDXL = Layout(25, 12, 1, 0), Layout(23, 9, 3, 1)

CURVES: dict[str, Callable[[float], float]] = {
    "sine": lambda share: sin(pi * share / 2),
    "cosine": lambda share: sin(pi * (1 - share) / 2),
    "linear": lambda share: share,
    "reverse_linear": lambda share: 1 - share,
    "zeros": lambda _: 0.0,
}
"""Rates that have a name, over the blocks of one way: 0 the first, 1 the last."""


@dataclass(frozen=True)
class Blocks:
    """What each block gets.

    Attributes:
        rates: what the U-Net's rate is multiplied by, block by block; None: all alike.
        ranks, alphas: of linear layers and 1x1 convolutions; rank 0: the block is left alone.
        conv_ranks, conv_alphas: of wider convolutions.
    """

    rates: tuple[float, ...] | None
    ranks: tuple[int, ...]
    alphas: tuple[float, ...]
    conv_ranks: tuple[int, ...]
    conv_alphas: tuple[float, ...]

    def of(self, layer: str, *, wide: bool) -> tuple[int, float]:
        """Rank and alpha of a U-Net's layer, by kohya's name."""
        block = block_of(layer)
        if wide:
            return self.conv_ranks[block], self.conv_alphas[block]
        return self.ranks[block], self.alphas[block]


def blocks_of(recipe: Recipe, layers: Iterable[str]) -> Blocks | None:
    """What the recipe gives each block; None: it does not tell blocks apart.

    Args:
        layers: kohya's names of the base's layers.

    Raises:
        BadInput: lists of another length than the base has blocks, or rates that are none; all of
            them at once.
        Unfit: blocks of this base's family are not counted.
    """
    ranks_said = recipe.block_ranks or recipe.conv_block_ranks
    alphas_said = recipe.block_alphas or recipe.conv_block_alphas
    if not (recipe.block_rates or ranks_said or alphas_said):
        return None
    layout = _layout(layers)
    misfits = Misfits()
    rates = None
    with misfits.gather():
        rates = rates_of(recipe.block_rates, recipe.block_rate_zero, layout)

    def filled(key: str, said: tuple[Number, ...], usual: Number) -> tuple[Number, ...]:
        if said and len(said) != layout.blocks:
            what = f"{key} has {len(said)} numbers; the base has {layout.blocks} blocks."
            misfits.add(BadInput(what, "Give one for each block, the first one too."))
        return said or (usual,) * layout.blocks

    alpha = recipe.alpha
    conv_alpha = (recipe.conv_alpha or 1.0) if recipe.conv_block_ranks else recipe.conv_alpha
    ranks = filled("block_ranks", recipe.block_ranks, recipe.rank)
    conv_ranks = filled("conv_block_ranks", recipe.conv_block_ranks, recipe.conv_rank)
    found = Blocks(
        rates,
        _where(rates, ranks),
        filled("block_alphas", recipe.block_alphas, alpha),
        _where(rates, conv_ranks),
        filled("conv_block_alphas", recipe.conv_block_alphas, conv_alpha),
    )
    misfits.raise_if_any()
    return found


def block_of(layer: str) -> int:
    """A U-Net layer's block, by kohya's name (`lora_unet_down_blocks_1_attentions_0_…`: 4)."""
    if found := _LEVEL.search(layer):
        way, level, kind, place = found.groups()
        inside = 2 if kind in ("downsamplers", "upsamplers") else int(place)
        return (1 if way == "down" else _TOP + 1) + 3 * int(level) + inside
    if found := _WIDE.search(layer):
        return _WIDE_FIRST[found[1]] + int(found[2])
    return _TOP if "_mid_block_" in layer else 0


def rates_of(said: Iterable[str], zero: float, layout: Layout) -> tuple[float, ...] | None:
    """What each block's rate is multiplied by; None: nothing is said.

    Args:
        said: "down=1,0.5,0", "mid=0.5", "up=cosine+.25"; a way that is not named: 1 everywhere.
        zero: a number that is not above it counts as 0, and the block is left alone.

    Raises:
        BadInput: no such way, or no such rates.
    """
    written = dict(text.partition("=")[::2] for text in said)
    if not written:
        return None
    for other in written.keys() - {"down", "mid", "up"}:
        raise BadInput(f"block_rates has no '{other}'.", "Write: down=…, mid=…, up=…")

    def way(name: str, count: int) -> list[float]:
        if not written.get(name):
            return [1.0] * count
        numbers = _numbers(name, written[name], count)[:count]
        numbers += [1.0] * (count - len(numbers))
        return [number if number > zero else 0.0 for number in numbers]

    ends = [1.0] * layout.ends
    middle = way("mid", layout.middle)
    if "," not in written.get("mid", ",") and layout.middle > 1:
        middle = [middle[0]] * layout.middle
    return (*ends, *way("down", layout.way), *middle, *way("up", layout.way), *ends)


def _numbers(name: str, text: str, count: int) -> list[float]:
    try:
        return [float(part or 0.0) for part in text.split(",")]
    except ValueError:
        called, _, base = text.strip().partition("+")
    try:
        curve, least = CURVES[called], float(base or 0.0)
    except (KeyError, ValueError) as error:
        near = did_you_mean(called, CURVES)
        raise BadInput(f"block_rates: '{name}={text}' is no list of rates.", near) from error
    return [curve(place / max(1, count - 1)) + least for place in range(count)]


def _where(rates: tuple[float, ...] | None, ranks: tuple[int, ...]) -> tuple[int, ...]:
    """Ranks, 0 where the rate is."""
    if rates is None:
        return ranks
    return tuple(rank if rate else 0 for rank, rate in zip(ranks, rates, strict=False))


def _layout(layers: Iterable[str]) -> Layout:
    for layer in layers:
        if _LEVEL.search(layer):
            return SD15
        if _WIDE.search(layer):
            return SDXL
    raise Unfit(
        "This base's family has no blocks that are counted.",
        "Take block_ranks, block_alphas and block_rates out of the recipe.",
    )

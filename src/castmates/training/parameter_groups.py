"""Which parameters move at which rate: by part, by block, and LoRA+'s up factors; knows no step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from torch import nn

from castmates.core.errors import Unfit
from castmates.training.blocks import Blocks, block_of
from castmates.training.recipe import Recipe

_UP = ".lora_up."
TEXT = "lora_te"


def groups_of(
    recipe: Recipe, factors: Mapping[str, nn.Parameter], blocks: Blocks | None
) -> list[dict[str, Any]]:
    """Groups for an optimizer: `params`, `lr`, `full_rate` and `part`, by which rates are told.

    LoRA+ (Hayou et al. 2024, 2402.12354): the up factors have a rate `ratio` times as large.

    Args:
        factors: trainable tensors by their keys in a file.

    Raises:
        Unfit: LoRA+ is asked for, and this kind of adapter has no up factors.
    """
    text = {key: one for key, one in factors.items() if key.startswith(TEXT)}
    unet = {key: one for key, one in factors.items() if key not in text}
    ratio, own = recipe.rate_ratio, recipe.unet_rate_ratio
    if (ratio or own or recipe.text_rate_ratio) and not any(_UP in key for key in factors):
        raise Unfit(
            f"LoRA+ raises the rate of up factors, which a {recipe.kind} has not.",
            "Leave rate_ratio out, or train kind = lora.",
        )
    found: list[dict[str, Any]] = []
    if blocks is None or blocks.rates is None:
        found += _parted("unet", unet, recipe.unet_rate, own or ratio)
    else:
        for block, weight in enumerate(blocks.rates):
            held = {key: one for key, one in unet.items() if block_of(key) == block}
            found += _parted(f"unet_block{block}", held, recipe.unet_rate * weight, own or ratio)
    found += _parted("text", text, recipe.text_rate, recipe.text_rate_ratio or ratio)
    return found


def _parted(
    part: str, held: Mapping[str, nn.Parameter], rate: float, ratio: float
) -> Iterator[dict[str, Any]]:
    up = {key for key in held if ratio and _UP in key}
    for name, keys, own in (
        (part, held.keys() - up, rate),
        (f"{part}_plus", up, rate * ratio),
    ):
        params = [one for key, one in held.items() if key in keys]
        if params:
            yield {"params": params, "lr": own, "full_rate": own, "part": name}

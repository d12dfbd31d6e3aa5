"""The LoRA and LoCon kind: fresh factors to train; knows no training and no file.

Hu et al. 2021 (2106.09685); convolutions as in kohya's networks.lora with conv_dim.
"""

from __future__ import annotations

import math
from hashlib import sha256

import torch
from torch import nn

from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.layer import Bank
from castmates.adapters.sites import Shape
from castmates.core.errors import BadInput, Unfit


def fresh(
    bank: Bank,
    name: str,
    *,
    rank: int,
    alpha: float,
    conv_rank: int = 0,
    conv_alpha: float = 0.0,
    text_encoder: bool = True,
    seed: int = 0,
) -> Adapter:
    """A new adapter that changes nothing yet: down as kaiming-uniform (a = √5), up 0; float32.

    A layer's numbers depend on the seed and its name alone, not on which others are trained.

    Args:
        bank: the base's; it is not put in there.
        rank, alpha: of linear layers and 1x1 convolutions; alpha 0 is the same as the rank.
        conv_rank, conv_alpha: of wider convolutions; rank 0 leaves the resnets and samplers alone.
        text_encoder: whether the text encoder takes part.

    Raises:
        BadInput: a rank below 1.
        Unfit: no layer of the base matches.
    """
    if rank < 1 or conv_rank < 0:
        raise BadInput(
            f"Rank {rank} (convolutions: {conv_rank}) cannot be trained.", "Set rank = 16."
        )
    roots = [root for root in bank.roots if text_encoder or not root.startswith("lora_te")]
    shapes = bank.shapes(roots, conv=conv_rank > 0)
    if not shapes:
        raise Unfit(f"The adapter '{name}' would have no layer to act on.", "Take another base.")
    factors = {}
    for layer, shape in shapes.items():
        r = conv_rank if shape.is_wide else rank
        a = (conv_alpha or conv_rank) if shape.is_wide else (alpha or rank)
        factors[layer] = _fresh(shape, r, a, _seed(seed, layer))
    return Adapter(name, kind_of(factors), factors)


def _fresh(shape: Shape, rank: int, alpha: float, seed: int) -> Factors:
    numbers = torch.Generator().manual_seed(seed)
    down = torch.empty(shape.down(rank))
    nn.init.kaiming_uniform_(down, a=math.sqrt(5), generator=numbers)
    return Factors(down, torch.zeros(shape.up(rank)), alpha / rank)


def _seed(seed: int, layer: str) -> int:
    return int.from_bytes(sha256(f"{seed}/{layer}".encode()).digest()[:7], "big")

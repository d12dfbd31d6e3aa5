"""The LoRA and LoCon kind: fresh factors to train, and their form in a DoRA; knows no training.

Hu et al. 2021 (2106.09685); convolutions as in kohya's networks.lora with conv_dim.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

import torch
from torch import Tensor, nn

from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.kinds import DOWN, UP
from castmates.adapters.layer import Bank
from castmates.adapters.native import Form, Parts
from castmates.adapters.operation import Layered, computed_in, mixed, through
from castmates.adapters.sites import Shape
from castmates.core.errors import BadInput, Unfit


@dataclass(frozen=True)
class Ranks:
    """Which layers are trained, and with which ranks; as the arguments of `fresh`.

    Attributes:
        own: a U-Net layer's name, and whether it is a wider convolution -> rank and alpha, in the
            place of the usual ones; rank 0 leaves it alone. None: all are alike.
    """

    rank: int
    alpha: float
    conv_rank: int = 0
    conv_alpha: float = 0.0
    text_encoder: bool = True
    own: Callable[[str, bool], tuple[int, float]] | None = None


class Place(NamedTuple):
    """A layer to train: its name, its shape, and the rank and alpha it gets."""

    layer: str
    shape: Shape
    rank: int
    alpha: float


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
    return of_ranks(bank, name, Ranks(rank, alpha, conv_rank, conv_alpha, text_encoder), seed)


def of_ranks(bank: Bank, name: str, ranks: Ranks, seed: int) -> Adapter:
    """The same as `fresh`."""
    factors = {
        layer: Factors(*pair_for(shape, r, numbers(seed, layer)), a / r)
        for layer, shape, r, a in places(bank, name, ranks)
    }
    return Adapter(name, kind_of(factors), factors)


def places(bank: Bank, name: str, ranks: Ranks) -> Iterator[Place]:
    """The layers that an adapter of any kind acts on. Raises as `fresh`."""
    if ranks.rank < 1 or ranks.conv_rank < 0:
        raise BadInput(
            f"Rank {ranks.rank} (convolutions: {ranks.conv_rank}) cannot be trained.",
            "Set rank = 16.",
        )
    roots = [root for root in bank.roots if ranks.text_encoder or not root.startswith("lora_te")]
    shapes = bank.shapes(roots, conv=ranks.conv_rank > 0)
    if not shapes:
        raise Unfit(f"The adapter '{name}' would have no layer to act on.", "Take another base.")
    for layer, shape in shapes.items():
        rank, alpha = (
            (ranks.conv_rank, ranks.conv_alpha) if shape.is_wide else (ranks.rank, ranks.alpha)
        )
        if ranks.own is not None and not layer.startswith("lora_te"):
            rank, alpha = ranks.own(layer, shape.is_wide)
        if rank:
            yield Place(layer, shape, rank, alpha or rank)


def pair_for(shape: Shape, rank: int, numbers: torch.Generator) -> tuple[Tensor, Tensor]:
    """Fresh down and up of a layer."""
    down = torch.empty(shape.down(rank))
    nn.init.kaiming_uniform_(down, a=math.sqrt(5), generator=numbers)
    return down, torch.zeros(shape.up(rank))


def numbers(seed: int, layer: str) -> torch.Generator:
    """The random numbers of a layer."""
    digest = sha256(f"{seed}/{layer}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def _matrix(parts: Parts) -> Tensor:
    up, down = parts[UP].float().flatten(1), parts[DOWN].float().flatten(1)
    with torch.autocast(up.device.type, enabled=False):
        return up @ down


def _says(module: Layered, x: Tensor, parts: Parts) -> Tensor:
    kind, kernel = computed_in(x), module.weight.shape[2:]
    down, up = parts[DOWN], parts[UP]
    h = through(module, x, down.reshape(len(down), -1, *kernel).to(kind))
    return mixed(module, h, up.reshape(len(up), -1, *(1 for _ in kernel)).to(kind))


FORM = Form(
    "lora",
    lambda parts: int(parts[DOWN].shape[0]),
    lambda parts: (int(parts[UP].shape[0]), int(parts[DOWN].flatten(1).shape[1])),
    _matrix,
    _says,
)

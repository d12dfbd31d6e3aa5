"""Fresh adapters of every kind that can be trained: kind -> maker; knows no file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from castmates.adapters import loha, lokr, lora
from castmates.adapters.dora import MAGNITUDE, magnitudes
from castmates.adapters.factors import Adapter, kind_of
from castmates.adapters.kinds import DOWN, UP
from castmates.adapters.layer import Bank
from castmates.adapters.lora import Ranks
from castmates.adapters.native import Form, Native
from castmates.adapters.sites import Shape

Trainable = Literal["lora", "loha", "lokr"]


@dataclass(frozen=True)
class Wanted:
    """What adapter is to be made.

    Attributes:
        ranks: and which layers.
        seed: of the first numbers.
        dora: with magnitudes of its own, on top of any kind.
        factor, decompose_both, full_matrix: of a LoKr (`lokr.fresh`).
    """

    ranks: Ranks
    kind: Trainable = "lora"
    seed: int = 0
    dora: bool = False
    factor: int = -1
    decompose_both: bool = False
    full_matrix: bool = False


Maker = Callable[[Shape, int, torch.Generator, Wanted], dict[str, Tensor]]


def _lora(shape: Shape, rank: int, numbers: torch.Generator, _: Wanted) -> dict[str, Tensor]:
    down, up = lora.pair_for(shape, rank, numbers)
    return {DOWN: down, UP: up}


def _loha(shape: Shape, rank: int, numbers: torch.Generator, _: Wanted) -> dict[str, Tensor]:
    return loha.fresh(shape, rank, numbers)


def _lokr(shape: Shape, rank: int, numbers: torch.Generator, wanted: Wanted) -> dict[str, Tensor]:
    return lokr.fresh(
        shape,
        rank,
        numbers,
        factor=wanted.factor,
        decompose_both=wanted.decompose_both,
        full_matrix=wanted.full_matrix,
    )


MAKERS: Mapping[Trainable, tuple[Form, Maker]] = {
    "lora": (lora.FORM, _lora),
    "loha": (loha.FORM, _loha),
    "lokr": (lokr.FORM, _lokr),
}
"""How a kind computes, and what makes its parameters; a new kind is one line here."""


def fresh(bank: Bank, name: str, wanted: Wanted) -> Adapter:
    """A new adapter that changes nothing yet. It is not put into the bank.

    A plain LoRA is pairs of factors; everything else is in its kind's own parameters.

    Raises:
        BadInput: a rank below 1.
        Unfit: no layer of the base matches.
    """
    if wanted.kind == "lora" and not wanted.dora:
        return lora.of_ranks(bank, name, wanted.ranks, wanted.seed)
    form, maker = MAKERS[wanted.kind]
    modules, native = bank.layers, {}
    for place in lora.places(bank, name, wanted.ranks):
        numbers = lora.numbers(wanted.seed, place.layer)
        parts = maker(place.shape, place.rank, numbers, wanted)
        if wanted.dora:
            parts[MAGNITUDE] = magnitudes(modules[place.layer].weight).cpu()
        # LyCORIS writes the rank for an alpha that has no effect: a LoKr of two whole halves.
        alpha = float(place.rank) if form.rank(parts) is None else float(place.alpha)
        native[place.layer] = Native(form, parts, alpha)
    return Adapter(name, kind_of({}, native), {}, native=native)

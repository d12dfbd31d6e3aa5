"""What is left out by chance while an adapter learns, as a gate; knows no training.

kohya's three (networks.lora): `dropout` of single numbers of A x, the others scaled up; `rank`
dropout of whole ranks of each row of the batch, the others scaled up; `module` dropout of whole
layers. Kinds in their own parameters have no A x: there LyCORIS leaves out numbers of dW x, and
rows of dW, the same for the whole batch and without scaling up.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.adapters.gate import Gate, Part


@dataclass(frozen=True)
class Shares:
    """How much is left out: 0 to below 1, of a layer at a time."""

    dropout: float = 0.0
    rank_dropout: float = 0.0
    module_dropout: float = 0.0

    def __bool__(self) -> bool:
        return any((self.dropout, self.rank_dropout, self.module_dropout))


@dataclass(frozen=True)
class Dropout:
    """A gate behind another one.

    Attributes:
        seed_of: a layer's name -> the seed of what is left out in it. So it is the same when a
            forward is computed again, and another one for each layer and step.
        whole_batch: leave out the same ranks in all rows, and scale nothing up (LyCORIS).
    """

    gate: Gate
    shares: Shares
    seed_of: Callable[[str], int]
    whole_batch: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        return self.gate.names

    def over(self, parts: tuple[Part, ...], h: Tensor, batch: int, layer: str) -> Tensor:
        g, shares = self.gate.over(parts, h, batch, layer), self.shares
        numbers = torch.Generator(h.device).manual_seed(self.seed_of(layer))

        def kept(share: float, *shape: int) -> Tensor:
            drawn = torch.rand(shape, generator=numbers, device=h.device)
            return (drawn >= share).float()

        if shares.module_dropout:
            g = g * kept(shares.module_dropout, 1)
        if shares.dropout:
            g = g * kept(shares.dropout, *h.shape) / (1 - shares.dropout)
        if shares.rank_dropout:
            g = g * self._ranks(h, kept)
        return g

    def _ranks(self, h: Tensor, kept: Callable[..., Tensor]) -> Tensor:
        share = self.shares.rank_dropout
        rows, ones = (1 if self.whole_batch else h.shape[0]), (1,) * (h.dim() - 2)
        if h.dim() == 4:
            mask = kept(share, rows, h.shape[1]).reshape(rows, -1, *ones)
        else:
            mask = kept(share, rows, h.shape[-1]).reshape(rows, *ones, -1)
        return mask if self.whole_batch else mask / (1 - share)

"""Rows of a batch that belong to different adapters, each group by itself; knows no factors.

The dense gate (`gate.RowGate`) joins all ranks and weighs foreign ones with 0. What is trained side
by side is parted instead: rows that follow one another go through their own adapter's numbers
alone. So kinds in their own parameters and chance that depends on a tensor's shape stay what they
are alone, and numbers that overflow in one adapter reach no other: 0 times infinity is no number.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from castmates.adapters.gate import Gate


@dataclass(frozen=True)
class Beside:
    """The weighting of rows that stand side by side.

    Attributes:
        groups: how many rows, and their gate; None: the base alone. In the order of the batch. As
            with every gate, a forward's batch may be a multiple of all rows.
    """

    groups: tuple[tuple[int, Gate | None], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The adapters of all groups."""
        named = (gate.names for _, gate in self.groups if gate is not None)
        return tuple(dict.fromkeys(name for names in named for name in names))

    def parted(
        self, x: Tensor, out: Tensor, batch: int, layer: str
    ) -> Iterator[tuple[Gate | None, Tensor, Tensor, int]]:
        """Each group's gate, its share of a layer's input and output, and its length of batch.

        Args:
            batch: the length of the whole forward's batch.
            layer: kohya's name, for messages.
        """
        rows = sum(count for count, _ in self.groups)
        if not rows or batch % rows or len(x) % batch:
            raise ValueError(
                f"{layer} sees {len(x)} rows in a batch of {batch}, but {rows} stand side by side"
            )
        times, each = batch // rows, len(x) // batch
        begin = 0
        for count, gate in self.groups:
            seen, said = (
                _folded(tensor, times).narrow(1, begin * each, count * each).flatten(0, 1)
                for tensor in (x, out)
            )
            yield gate, seen, said, times * count
            begin += count

    def joined(self, parts: list[Tensor], batch: int) -> Tensor:
        """The reverse of `parted`: what the groups say, as one tensor."""
        times = batch // sum(count for count, _ in self.groups)
        if times == 1:
            return torch.cat(parts)
        return torch.cat([_folded(part, times) for part in parts], 1).flatten(0, 1)


def _folded(tensor: Tensor, times: int) -> Tensor:
    """(times · n, …) -> (times, n, …)."""
    return tensor.reshape(times, len(tensor) // times, *tensor.shape[1:])

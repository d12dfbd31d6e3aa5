"""The weighting of adapters inside a layer: g in y = W x + B (g · A x); knows no factors.

A `Gate` is asked once per layer for what the joined map h = A x is multiplied by. Today's gate
depends on the row of the batch alone. What depends on the place (a mask over tokens or pixels:
`over` sees the shape of h and the layer's name) or on the moment (a curve over the steps: a gate
is made anew for every step) is another class with the same method; the kernel stays as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

import torch
from torch import Tensor


@dataclass(frozen=True)
class Part:
    """One adapter's columns in a layer's joined map: whose, how many (rank), and alpha / rank."""

    name: str
    rank: int
    scale: float


class Gate(Protocol):
    """How much of which adapter, where."""

    @property
    def names(self) -> tuple[str, ...]:
        """The adapters that take part; all others stay out of the kernel."""
        ...

    def over(self, parts: tuple[Part, ...], h: Tensor, batch: int, layer: str) -> Tensor:
        """What h is multiplied by, in a shape that broadcasts to it.

        Args:
            parts: whose columns (or channels) h consists of, in order.
            h: (n, …, R) of a linear layer, (n, R, height, width) of a convolution.
            batch: the length of the whole forward's batch: a multiple of the weighting's rows
                (halves, as in guidance, repeat the rows in order). n is a multiple of it where a
                layer sees tokens or heads as rows: each row's lie together.
            layer: kohya's name of the layer.
        """
        ...


@dataclass(frozen=True)
class RowGate:
    """Every row of the batch has its own strength of every adapter.

    Attributes:
        names: adapters with a strength other than 0 in some row.
        strengths: (rows, adapters) float32.
    """

    names: tuple[str, ...]
    strengths: Tensor
    _known: dict[tuple[object, ...], Tensor] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, rows: Sequence[Mapping[str, float]]) -> RowGate | None:
        """The gate of a weighting; None when no row has any strength: the base as it is."""
        names = tuple(dict.fromkeys(n for row in rows for n, s in row.items() if s != 0.0))
        if not names:
            return None
        strengths = [[float(row.get(name, 0.0)) for name in names] for row in rows]
        return cls(names, torch.tensor(strengths, dtype=torch.float32))

    @cached_property
    def even(self) -> float | None:
        """The strength, where there is one adapter with the same one in every row; else None."""
        given = set(self.strengths.flatten().tolist())
        return given.pop() if len(self.names) == len(given) == 1 else None

    def over(self, parts: tuple[Part, ...], h: Tensor, batch: int, layer: str) -> Tensor:
        channels_first = h.dim() == 4
        key = (parts, batch, h.shape[0], h.dim(), h.device)
        if key not in self._known:
            gate = self._columns(parts, batch, h.shape[0], layer).to(h.device)
            ones = (1,) * (h.dim() - 2)
            shape = (len(gate), -1, *ones) if channels_first else (len(gate), *ones, gate.shape[1])
            self._known[key] = gate.reshape(shape)
        return self._known[key]

    def _columns(self, parts: tuple[Part, ...], batch: int, length: int, layer: str) -> Tensor:
        """(length, R) float32."""
        rows = len(self.strengths)
        if batch % rows or length % batch:
            raise ValueError(
                f"{layer} sees {length} rows in a batch of {batch}, but the weighting has {rows}"
            )
        columns = [
            (self.strengths[:, self.names.index(p.name)] * p.scale)[:, None].expand(-1, p.rank)
            for p in parts
        ]
        joined = torch.cat(columns, dim=1)
        return joined.repeat(batch // rows, 1).repeat_interleave(length // batch, dim=0)

"""The one kernel: y = W x + B_cat (g · (A_cat x)), as a hook behind a layer; knows no files.

The ranks of all adapters in use are joined to one matrix, so that a layer costs two small products
however many adapters a batch mixes (the "dense gate" of docs/adapters.md). A convolution is a
convolution with R channels, the gate, and a 1x1 convolution. The base's own product is left to the
layer itself: without adapters it is the base to the bit.

Shares in their kind's own parameters (`native`) are not joined: what each adds to the output is
weighed by the same gate, one column for each channel of the output.

Groups of rows that are trained side by side (`beside`) go through the same kernel one by one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from castmates.adapters import even
from castmates.adapters.beside import Beside
from castmates.adapters.factors import Factors
from castmates.adapters.gate import Gate, Part, RowGate
from castmates.adapters.native import Native
from castmates.adapters.operation import computed_in, mixed, through
from castmates.adapters.sites import Site


@dataclass
class Moment:
    """What holds for the forward that runs now: the gate, and each root's length of batch."""

    gate: Gate | Beside | None = None
    batch: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Joined:
    """The factors of several adapters side by side: (R, in, …), (out, R, …)."""

    down: Tensor
    up: Tensor
    parts: tuple[Part, ...]


class Layer:
    """The adapters on one layer, and the hook that adds what they say."""

    def __init__(self, site: Site, now: Moment) -> None:
        self.site = site
        self.factors: dict[str, Factors] = {}
        self.native: dict[str, Native] = {}
        self._now = now
        self._joined: tuple[object, Joined] | None = None
        self._hook: RemovableHandle | None = None

    @property
    def is_empty(self) -> bool:
        return not (self.factors or self.native)

    def put(self, name: str, share: Factors | Native) -> None:
        if isinstance(share, Factors):
            self.factors[name] = share
        else:
            self.native[name] = share
        self._joined = None
        if self._hook is None:
            self._hook = self.site.module.register_forward_hook(self)

    def take(self, name: str) -> None:
        self.factors.pop(name, None)
        self.native.pop(name, None)
        self._joined = None
        if self.is_empty and self._hook is not None:
            self._hook.remove()
            self._hook = None

    def __call__(self, _: nn.Module, given: tuple[Any, ...], out: Tensor) -> Tensor | None:
        """torch's forward hook: None leaves the base's output as it is."""
        gate, x = self._now.gate, given[0]
        if gate is None:
            return None
        batch = self._now.batch.get(self.site.root, len(x))
        if not isinstance(gate, Beside):
            return self._said(gate, x, out, batch)
        if not any(name in self.factors or name in self.native for name in gate.names):
            return None
        parts = []
        for own, seen, base, rows in gate.parted(x, out, batch, self.site.name):
            said = None if own is None else self._said(own, seen, base, rows)
            parts.append(base if said is None else said)
        return gate.joined(parts, batch)

    def _said(self, gate: Gate, x: Tensor, out: Tensor, batch: int) -> Tensor | None:
        """The output with what the gate's adapters add; None: none of them acts on this layer."""
        said: Tensor | None = None
        names = tuple(name for name in gate.names if name in self.factors)
        if names:
            joined = self._join(names, computed_in(x), x.device)
            said = self._low_rank(gate, joined, x, out, batch)
        for name in gate.names:
            if name in self.native:
                n = self.native[name].says(self.site.module, x, out)
                n = self._weighed(gate, (Part(name, self.site.shape.out, 1.0),), n, batch)
                said = (out if said is None else said) + n
        return said

    def _low_rank(self, gate: Gate, joined: Joined, x: Tensor, out: Tensor, batch: int) -> Tensor:
        module, down, up = self.site.module, joined.down, joined.up
        strength = gate.even if isinstance(gate, RowGate) else None
        if strength is not None and even.takes(module, x, out, down):
            return even.added(x, out, down, up, strength * joined.parts[0].scale)
        h = self._weighed(gate, joined.parts, through(module, x, down), batch)
        return out + mixed(module, h, up)

    def _weighed(self, gate: Gate, parts: tuple[Part, ...], h: Tensor, batch: int) -> Tensor:
        g = gate.over(parts, h, batch, self.site.name)
        # g is float32: strengths keep their digits, h its own precision.
        return (h * g).to(h.dtype)

    def _join(self, names: tuple[str, ...], dtype: torch.dtype, device: torch.device) -> Joined:
        key = (names, dtype, device)
        if self._joined is not None and self._joined[0] == key:
            return self._joined[1]
        some = [self.factors[name] for name in names]
        parts = tuple(Part(n, f.rank, f.scale) for n, f in zip(names, some, strict=True))
        down = _side_by_side([f.down.to(device, dtype) for f in some], 0)
        ups = [f.up if self.site.rows is None else f.up[self.site.rows] for f in some]
        up = _side_by_side([up.to(device, dtype) for up in ups], 1)
        joined = Joined(down, up, parts)
        # What is being trained changes with every step: it is joined afresh each time.
        if not any(f.down.requires_grad for f in some):
            self._joined = (key, joined)
        return joined


def _side_by_side(factors: list[Tensor], dim: int) -> Tensor:
    return factors[0] if len(factors) == 1 else torch.cat(factors, dim)

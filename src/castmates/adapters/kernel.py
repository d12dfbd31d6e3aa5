"""The one kernel: y = W x + B_cat (g · (A_cat x)), as a hook behind a layer; knows no files.

The ranks of all adapters in use are joined to one matrix, so that a layer costs two small products
however many adapters a batch mixes (the "dense gate" of docs/adapters.md). A convolution is a
convolution with R channels, the gate, and a 1x1 convolution. The base's own product is left to the
layer itself: without adapters it is the base to the bit.

Shares in their kind's own parameters (`native`) are not joined: what each adds to the output is
weighed by the same gate, one column for each channel of the output.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.hooks import RemovableHandle

from castmates.adapters.factors import Factors
from castmates.adapters.gate import Gate, Part
from castmates.adapters.native import Native
from castmates.adapters.operation import computed_in, mixed, through
from castmates.adapters.sites import Site


@dataclass
class Moment:
    """What holds for the forward that runs now: the gate, and each root's length of batch."""

    gate: Gate | None = None
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
        gate = self._now.gate
        if gate is None:
            return None
        x: Tensor = given[0]
        said: Tensor | None = None
        names = tuple(name for name in gate.names if name in self.factors)
        if names:
            joined = self._join(names, computed_in(x), x.device)
            h = self._weighed(gate, joined.parts, through(self.site.module, x, joined.down))
            said = out + mixed(self.site.module, h, joined.up)
        for name in gate.names:
            if name in self.native:
                n = self.native[name].says(self.site.module, x, out)
                n = self._weighed(gate, (Part(name, self.site.shape.out, 1.0),), n)
                said = (out if said is None else said) + n
        return said

    def _weighed(self, gate: Gate, parts: tuple[Part, ...], h: Tensor) -> Tensor:
        g = gate.over(parts, h, self._now.batch.get(self.site.root, len(h)), self.site.name)
        # g is float32: strengths keep their digits, h its own precision.
        return (h * g).to(h.dtype)

    def _join(self, names: tuple[str, ...], dtype: torch.dtype, device: torch.device) -> Joined:
        key = (names, dtype, device)
        if self._joined is not None and self._joined[0] == key:
            return self._joined[1]
        some = [self.factors[name] for name in names]
        parts = tuple(Part(n, f.rank, f.scale) for n, f in zip(names, some, strict=True))
        down = _side_by_side([f.down.to(device, dtype) for f in some], 0)
        up = _side_by_side([f.up.to(device, dtype) for f in some], 1)
        joined = Joined(down, up, parts)
        # What is being trained changes with every step: it is joined afresh each time.
        if not any(f.down.requires_grad for f in some):
            self._joined = (key, joined)
        return joined


def _side_by_side(factors: list[Tensor], dim: int) -> Tensor:
    return factors[0] if len(factors) == 1 else torch.cat(factors, dim)

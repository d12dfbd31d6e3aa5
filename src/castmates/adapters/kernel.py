"""The one kernel: y = W x + B_cat (g · (A_cat x)), as a hook behind a layer; knows no files.

The ranks of all adapters in use are joined to one matrix, so that a layer costs two small products
however many adapters a batch mixes (the "dense gate" of docs/adapters.md). A convolution is a
convolution with R channels, the gate, and a 1x1 convolution. The base's own product is left to the
layer itself: without adapters it is the base to the bit.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear
from torch.utils.hooks import RemovableHandle

from castmates.adapters.factors import Factors
from castmates.adapters.gate import Gate, Part
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
        self._now = now
        self._joined: tuple[object, Joined] | None = None
        self._hook: RemovableHandle | None = None

    def put(self, name: str, factors: Factors) -> None:
        self.factors[name] = factors
        self._joined = None
        if self._hook is None:
            self._hook = self.site.module.register_forward_hook(self)

    def take(self, name: str) -> None:
        del self.factors[name]
        self._joined = None
        if not self.factors and self._hook is not None:
            self._hook.remove()
            self._hook = None

    def __call__(self, _: nn.Module, given: tuple[Any, ...], out: Tensor) -> Tensor | None:
        """torch's forward hook: None leaves the base's output as it is."""
        gate = self._now.gate
        if gate is None:
            return None
        names = tuple(name for name in gate.names if name in self.factors)
        if not names:
            return None
        x: Tensor = given[0]
        joined = self._join(names, _computed_in(x), x.device)
        h = _down(self.site.module, x, joined.down)
        g = gate.over(joined.parts, h, self._now.batch.get(self.site.root, len(h)), self.site.name)
        # g is float32: strengths keep their digits, h its own precision.
        return out + _up(self.site.module, (h * g).to(h.dtype), joined.up)

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


def _computed_in(x: Tensor) -> torch.dtype:
    kind = x.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


def _down(module: nn.Linear | nn.Conv2d, x: Tensor, down: Tensor) -> Tensor:
    if isinstance(module, nn.Conv2d):
        return conv2d(x, down, None, module.stride, module.padding, module.dilation)
    return linear(x, down)


def _up(module: nn.Linear | nn.Conv2d, h: Tensor, up: Tensor) -> Tensor:
    return conv2d(h, up) if isinstance(module, nn.Conv2d) else linear(h, up)

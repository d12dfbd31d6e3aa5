"""A layer's share of an adapter in its kind's own parameters: LoHa, LoKr, DoRA; knows no file.

Plain pairs of factors (`factors.Factors`) are joined and gated inside the kernel. A share in its
own parameters says by itself what it adds to the layer's output; the kernel weighs that:

    y = W x + g · n(x)         n(x) = s · dW x, or with magnitudes (W' - W) x     (`dora`)

So LoHa and LoKr are trained in their own parameters, and DoRA is drawn with as it was trained.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from math import prod
from typing import Literal

import torch
from torch import Tensor

from castmates.adapters.dora import MAGNITUDE, gains, turned
from castmates.adapters.operation import Layered
from castmates.adapters.sites import Shape

Parts = Mapping[str, Tensor]
"""A layer's tensors by the parts' names in a file, without alpha."""


@dataclass(frozen=True)
class Form:
    """How a kind's own parameters make a weight difference; all of it without the scale.

    Attributes:
        name: lora, loha, lokr.
        rank: of the parts; None: there is none, and the scale is 1 (LoKr of two whole halves).
        size: rows and columns of the matrix that the parts make.
        matrix: parts -> (out, in · kh · kw), float32, differentiable.
        says: the module, its input, parts -> matrix · input, in the precision of the product.
    """

    name: Literal["lora", "loha", "lokr"]
    rank: Callable[[Parts], int | None]
    size: Callable[[Parts], tuple[int, int]]
    matrix: Callable[[Parts], Tensor]
    says: Callable[[Layered, Tensor, Parts], Tensor]


@dataclass(frozen=True)
class Native:
    """One layer's share.

    Attributes:
        parts: the kind's own parameters; with `dora_scale` it is a DoRA.
        alpha: as in the file: the scale is alpha / rank.
    """

    form: Form
    parts: Parts
    alpha: float
    _known: dict[torch.device, Tensor] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    @property
    def rank(self) -> int:
        """As a file's header tells it; where there is none alpha stands for it."""
        return self.form.rank(self.parts) or int(self.alpha)

    @property
    def scale(self) -> float:
        rank = self.form.rank(self.parts)
        return 1.0 if rank is None else self.alpha / rank

    @property
    def is_dora(self) -> bool:
        return MAGNITUDE in self.parts

    @property
    def is_trained(self) -> bool:
        return any(part.requires_grad for part in self.parts.values())

    def fits(self, shape: Shape) -> bool:
        """Whether it acts on layers of this shape."""
        if self.form.size(self.parts) != (shape.out, prod(shape.down(1)[1:])):
            return False
        if not self.is_dora:
            return True
        return tuple(self.parts[MAGNITUDE].shape[:2]) in ((shape.out, 1), (1, shape.into))

    def delta(self) -> Tensor:
        """s · dW as a matrix (out, in · kh · kw); of a DoRA that of its direction."""
        return self.scale * self.form.matrix(self.parts)

    def says(self, module: Layered, x: Tensor, out: Tensor) -> Tensor:
        """What it adds to the layer's output at strength 1.

        Args:
            x, out: the layer's input and the base's own output for it.
        """

        def direction(x: Tensor) -> Tensor:
            return self.scale * self.form.says(module, x, self.parts)

        if not self.is_dora:
            return direction(x)
        return turned(module, x, out, self._gains(module), direction)

    def mapped(self, change: Callable[[Tensor], Tensor]) -> Native:
        """The same with every part changed."""
        return replace(self, parts={k: change(v) for k, v in self.parts.items()})

    def _gains(self, module: Layered) -> Tensor:
        """DoRA's gains; what is being trained changes with every step, all else is kept."""
        if self.is_trained:
            return gains(module.weight, self.delta, self.parts[MAGNITUDE])
        device = module.weight.device
        if device not in self._known:
            self._known[device] = gains(module.weight, self.delta, self.parts[MAGNITUDE])
        return self._known[device]

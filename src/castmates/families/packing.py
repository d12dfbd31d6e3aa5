"""Frozen layers whose weights are laid out for the processor once; knows no family.

oneDNN, which multiplies for torch on the CPU, wants weights in a layout of its own, and torch makes
it anew at every call. Where few places are computed at once (small pictures, and the deep layers of
all networks) that takes long beside the product. Under autocast torch also turns frozen weights
into half precision at every call. The numbers are the same to rounding.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable

from castmates.adapters.operation import computed_in
from castmates.families import onednn

MOST = 2**26
"""Weights of a network up to which they are kept twice: 256 MB in float32."""
LEAST = 2**13
"""Weights of a layer below which nothing is won."""
FEW = 2**11
"""Places of a convolution, over all rows, up to which it tells in float32. On two cores a U-Net of
17 M weights at 16x16 is 1.22, 1.18, 1.05 and .96 x as quick with 2, 4, 8 and 32 rows, all of it
packed. In bfloat16 it always tells: 1.42, 1.29, 1.19 and 1.07 x.
"""

N = TypeVar("N", bound=nn.Module)
_handed_back: Any = nn.grad.conv2d_input  # type: ignore[attr-defined]


def packed(network: N) -> N:
    """The network itself, its convolutions and linear layers computing with weights laid out once.

    Names and state dict stay. Gradients reach what comes before a layer, not its own weights, which
    must be frozen. Where a weight has changed, as torch counts changes, it is laid out again; a
    write through `.data` is not counted. Away from the CPU, in a build of torch without oneDNN, and
    in large networks layers stay what they are.
    """
    if not onednn.is_there():
        return network
    if sum(p.numel() for p in network.parameters()) > MOST:
        return network
    for module in network.modules():
        kind: Any = _KINDS.get(type(module))
        layer: Any = module
        if kind is not None and layer.weight.numel() >= LEAST and kind.fits(layer):
            layer.packs = Packs()
            layer.__class__ = kind
    return network


class Packs:
    """One layer's weight in other layouts, as long as it is the same weight. A copy is empty."""

    def __init__(self) -> None:
        self._held: dict[object, Tensor] = {}
        self._of: tuple[Tensor, int] | None = None

    def of(self, weight: Tensor, key: object, lay: Callable[[], Tensor]) -> Tensor:
        """The layout of that key, made by `lay` where there is none yet."""
        if self._of is None or not _same(weight, *self._of):
            # What is held keeps its memory, so that no other weight can come to lie there.
            self._held, self._of = {}, (weight.detach(), weight._version)
        if key not in self._held:
            with torch.no_grad():
                self._held[key] = lay()
        return self._held[key]

    def __deepcopy__(self, _: dict[int, Any]) -> Packs:
        return Packs()

    def __reduce__(self) -> tuple[type[Packs], tuple[()]]:
        return Packs, ()


def _same(weight: Tensor, held: Tensor, version: int) -> bool:
    return weight.data_ptr() == held.data_ptr() and weight._version == version


class Packed(Protocol):
    """A layer that computes with packs; x and g in the precision of the product."""

    weight: Tensor

    def there(self, x: Tensor) -> Tensor:
        """Its output."""
        ...

    def back(self, g: Tensor, shape: torch.Size) -> Tensor:
        """The gradient of an input of that shape, from its output's."""
        ...


class PackedConv2d(nn.Conv2d):
    """A frozen convolution of one group, padded with zeros."""

    packs: Packs

    @staticmethod
    def fits(module: nn.Conv2d) -> bool:
        plain = module.groups == 1 and module.padding_mode == "zeros"
        return plain and not isinstance(module.padding, str)

    def forward(self, input: Tensor) -> Tensor:
        dtype = computed_in(input)
        few = input.dim() == 4 and input.numel() <= FEW * self.in_channels
        known = (torch.float32, torch.bfloat16) if few else (torch.bfloat16,)
        if input.dim() != 4 or not _takes(self, input, known, dtype):
            return super().forward(input)
        return _through(self, input, dtype)

    def there(self, x: Tensor) -> Tensor:
        x = self._as_weight(x)
        weight = self.packs.of(
            self.weight,
            x.dtype,
            lambda: onednn.laid(self.weight, x, self.padding, self.stride, self.dilation),
        )
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return onednn.convolved(x, weight, bias, self.padding, self.stride, self.dilation)

    def back(self, g: Tensor, shape: torch.Size) -> Tensor:
        """With a stride of 1 a convolution by the weight turned round, in and out exchanged."""
        high, wide = self.kernel_size
        padding = (high - 1 - int(self.padding[0]), wide - 1 - int(self.padding[1]))
        once = (1, 1)
        if self.stride != once or self.dilation != once or min(padding) < 0:
            weight = self.weight.to(g.dtype)
            how = (self.stride, self.padding, self.dilation)
            given: Tensor = _handed_back(shape, weight, g, *how)
            return given
        g = self._as_weight(g)
        turned = self.packs.of(
            self.weight,
            (g.dtype, "back"),
            lambda: onednn.laid(self.weight.flip(2, 3).transpose(0, 1), g, padding, once, once),
        )
        return onednn.convolved(g, turned, None, padding, once, once)

    def _as_weight(self, x: Tensor) -> Tensor:
        """Channels last where the weight's are."""
        last = self.weight.is_contiguous(memory_format=torch.channels_last)
        return x.contiguous(memory_format=torch.channels_last) if last else x


class PackedLinear(nn.Linear):
    """A frozen linear layer; in float32 it is as quick without."""

    packs: Packs

    @staticmethod
    def fits(module: nn.Linear) -> bool:
        return module.weight.dim() == 2

    def forward(self, input: Tensor) -> Tensor:
        dtype = computed_in(input)
        if not _takes(self, input, (torch.bfloat16,), dtype):
            return super().forward(input)
        return _through(self, input, dtype)

    def there(self, x: Tensor) -> Tensor:
        weight = self.packs.of(self.weight, x.dtype, lambda: onednn.laid_flat(self.weight, x))
        bias = None if self.bias is None else self.bias.to(x.dtype)
        return onednn.multiplied(x, weight, bias)

    def back(self, g: Tensor, shape: torch.Size) -> Tensor:
        del shape
        turned = self.packs.of(
            self.weight, (g.dtype, "back"), lambda: onednn.laid_flat(self.weight.t(), g)
        )
        return onednn.multiplied(g, turned, None)


_KINDS: dict[type[nn.Module], Any] = {nn.Conv2d: PackedConv2d, nn.Linear: PackedLinear}


def _takes(
    layer: nn.Conv2d | nn.Linear, x: Tensor, known: tuple[torch.dtype, ...], dtype: torch.dtype
) -> bool:
    """Whether packs serve: a frozen weight on the CPU, something to compute, a precision known."""
    if x.device.type != "cpu" or dtype not in known or not x.numel():
        return False
    frozen = not layer.weight.requires_grad and layer.weight.device.type == "cpu"
    return frozen and (dtype == torch.float32 or onednn.has_bfloat16())


def _through(layer: Packed, x: Tensor, dtype: torch.dtype) -> Tensor:
    if torch.is_grad_enabled() and x.requires_grad:
        said: Tensor = _Through.apply(x, layer, dtype)  # type: ignore[no-untyped-call]
        return said
    return layer.there(x.to(dtype))


class _Through(torch.autograd.Function):
    """A frozen layer's product, and its input's gradient."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, layer: Packed, dtype: torch.dtype) -> Tensor:
        ctx.layer, ctx.given = layer, (x.shape, x.dtype)
        return layer.there(x.to(dtype))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        shape, dtype = ctx.given
        return ctx.layer.back(g, shape).to(dtype), None, None

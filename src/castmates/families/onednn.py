"""oneDNN's products with weights in its own layout, as torch has them; knows no layer."""

from __future__ import annotations

from functools import cache
from typing import Any

import torch
from torch import Tensor

_mkldnn: Any = torch.ops.mkldnn
_own: Any = torch._C._nn

Pair = tuple[int, ...] | str


@cache
def is_there() -> bool:
    """Whether this build of torch has them."""
    backend: Any = torch.backends.mkldnn
    names = ("_convolution_pointwise", "_linear_pointwise", "_reorder_linear_weight")
    return bool(backend.is_available()) and all(hasattr(_mkldnn, name) for name in names)


@cache
def has_bfloat16() -> bool:
    """Whether this processor multiplies in it."""
    return bool(_mkldnn._is_mkldnn_bf16_supported())


def laid(weight: Tensor, x: Tensor, padding: Pair, stride: Pair, dilation: Pair) -> Tensor:
    """A convolution's weight, laid out for inputs like x, in its precision."""
    opaque = weight.to(x.dtype).contiguous().to_mkldnn()
    said: Tensor = _own.mkldnn_reorder_conv2d_weight(
        opaque, padding, stride, dilation, 1, list(x.shape)
    )
    return said


def convolved(
    x: Tensor, weight: Tensor, bias: Tensor | None, padding: Pair, stride: Pair, dilation: Pair
) -> Tensor:
    """The convolution of x, (n, in, h, w), by a weight of `laid`."""
    said: Tensor = _mkldnn._convolution_pointwise(
        x, weight, bias, padding, stride, dilation, 1, "none", [], ""
    )
    return said


def laid_flat(weight: Tensor, x: Tensor) -> Tensor:
    """A linear layer's weight, (out, in), laid out for as many rows as x has, in its precision."""
    said: Tensor = _mkldnn._reorder_linear_weight(
        weight.to(x.dtype).contiguous(), x.numel() // x.shape[-1]
    )
    return said


def multiplied(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """x, (..., in), times a weight of `laid_flat`."""
    said: Tensor = _mkldnn._linear_pointwise(x, weight, bias, "none", [], "")
    return said

"""DoRA: the magnitudes of W + dW as parameters of their own; knows no kind of dW.

Liu et al. 2024 (2402.09353): W' = m · (W + dW) / |W + dW|, the norm over each row (what LyCORIS
writes today) or each column (its older files). Nothing is merged: with gains g = m / |W + dW|

    rows:     (W' - W) x = (g - 1) · W x + g · dW x         W x is the base's output without bias
    columns:  (W' - W) x = W ((g - 1) · x) + dW (g · x)

As in section 4.3 of the paper no gradient passes through the norm.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from castmates.adapters.operation import Layered, along_out, computed_in, through

MAGNITUDE = "dora_scale"
"""LyCORIS's name of the magnitudes: (out, 1, …) by rows, (1, in, …) by columns."""


def magnitudes(weight: Tensor) -> Tensor:
    """The norms of a layer's rows, which change nothing yet: (out, 1) or (out, 1, 1, 1)."""
    norms: Tensor = weight.detach().float().flatten(1).norm(dim=1)
    return norms.reshape(-1, *(1 for _ in weight.shape[1:]))


def gains(weight: Tensor, delta: Callable[[], Tensor], magnitude: Tensor) -> Tensor:
    """m / |W + dW|: (out, 1) by rows, (1, in) by columns, float32.

    Args:
        weight: the base's.
        delta: makes dW as a matrix (out, in · kh · kw).
        magnitude: m, in one of a file's two shapes; gradients pass to it alone.
    """
    by_columns = magnitude.shape[0] == 1 and weight.shape[0] != 1
    with torch.no_grad(), torch.autocast(weight.device.type, enabled=False):
        whole = weight.float() + delta().reshape(weight.shape)
        rows = (whole.transpose(0, 1) if by_columns else whole).flatten(1)
        norms: Tensor = rows.norm(dim=1).clamp(min=torch.finfo(torch.float32).eps)
    found = magnitude.float().flatten() / norms
    return found[None] if by_columns else found[:, None]


def turned(
    module: Layered, x: Tensor, out: Tensor, gain: Tensor, direction: Callable[[Tensor], Tensor]
) -> Tensor:
    """(W' - W) x.

    Args:
        out: the layer's own output, with its bias.
        gain: of `gains`.
        direction: x -> dW x.
    """
    each = along_out(module, gain.flatten())
    if gain.shape[0] == 1 and gain.shape[1] != 1:
        weight = module.weight.to(computed_in(x))
        rest = through(module, (x * (each - 1)).to(x.dtype), weight)
        return rest + direction((x * each).to(x.dtype))
    bias = 0.0 if module.bias is None else along_out(module, module.bias)
    return ((each - 1) * (out - bias) + each * direction(x)).to(out.dtype)

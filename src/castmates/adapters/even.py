"""One adapter at one strength for the whole batch: forward and backward as six small products.

It says what the kernel says; autograd's own backward of a tall matrix times a factor of few columns
walks through memory against the grain. Knows no gate and no layer.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn


def takes(module: nn.Linear | nn.Conv2d, x: Tensor, out: Tensor, down: Tensor) -> bool:
    """Whether `added` computes this: learning, one precision, and rows that lie in one piece."""
    if not (down.requires_grad and x.dtype == out.dtype == down.dtype):
        return False
    if torch.is_autocast_enabled(x.device.type):
        return False
    if isinstance(module, nn.Linear):
        return x.is_contiguous() and out.is_contiguous()
    plain = module.kernel_size == module.stride == (1, 1) and module.padding == (0, 0)
    last = torch.channels_last
    return plain and all(t.is_contiguous(memory_format=last) for t in (x, out))


def added(x: Tensor, out: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    """out + scale · up (down x).

    Args:
        x: (…, in), or (n, in, h, w) of a 1×1 convolution whose channels lie last in memory.
        out: the layer's own output for it.
        down, up: (rank, in), (out, rank); of a convolution with (1, 1) behind.
    """
    if down.dim() == 4:
        seen, base = x.permute(0, 2, 3, 1), out.permute(0, 2, 3, 1)
        return _said(seen, base, down[:, :, 0, 0], up[:, :, 0, 0], scale).permute(0, 3, 1, 2)
    return _said(x, out, down, up, scale)


def _said(x: Tensor, out: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
    said: Tensor = _Even.apply(x, out, down, up, scale)  # type: ignore[no-untyped-call]
    return said


class _Even(torch.autograd.Function):
    """B A x, its gradients written out (the chain rule for two linear maps)."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, out: Tensor, down: Tensor, up: Tensor, scale: float) -> Tensor:
        rows = x.view(-1, x.shape[-1])
        h = rows @ down.t()
        # The factor transposed once is what makes g · up quick below.
        across = up.t().contiguous()
        ctx.save_for_backward(rows, h, down, across)
        ctx.scale, ctx.shape = scale, x.shape
        return torch.addmm(out.view(-1, out.shape[-1]), h, across, alpha=scale).view(out.shape)

    @staticmethod
    def backward(ctx: Any, *given: Tensor) -> tuple[Tensor | None, ...]:
        (g,) = given
        rows, h, down, across = ctx.saved_tensors
        g_rows = g.reshape(-1, g.shape[-1])
        g_h = _times(g_rows @ across.t(), ctx.scale)
        g_x = (g_h @ down).view(ctx.shape) if ctx.needs_input_grad[0] else None
        g_up = _times(h.t() @ g_rows, ctx.scale).t()
        return g_x, g, g_h.t() @ rows, g_up, None


def _times(x: Tensor, scale: float) -> Tensor:
    return x if scale == 1.0 else x.mul_(scale)

"""A layer's own operation, linear or convolution, with other weights; knows no adapter."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear

Layered = nn.Linear | nn.Conv2d


def computed_in(x: Tensor) -> torch.dtype:
    """The precision in which a product with x is computed now, autocast included."""
    kind = x.device.type
    return torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else x.dtype


def through(module: Layered, x: Tensor, weight: Tensor) -> Tensor:
    """The module's operation on x with this weight, without a bias.

    Args:
        weight: (r, in), of a convolution (r, in, kh, kw), in the precision of the product.
    """
    if isinstance(module, nn.Conv2d):
        return conv2d(x, weight, None, module.stride, module.padding, module.dilation)
    return linear(x, weight)


def mixed(module: Layered, h: Tensor, up: Tensor) -> Tensor:
    """Channels mixed place by place: `up` is (out, r), of a convolution (out, r, 1, 1)."""
    return conv2d(h, up) if isinstance(module, nn.Conv2d) else linear(h, up)


def along_out(module: Layered, vector: Tensor) -> Tensor:
    """A number for each channel, (n,) -> the shape that multiplies the module's tensors."""
    return vector[:, None, None] if isinstance(module, nn.Conv2d) else vector

"""ESRGAN's network, sized by plain numbers; knows no file and no picture.

Dense blocks inside residual blocks, without normalisation, then nearest doublings with a
convolution after each (Wang et al. 2018, 1809.00219, section 3.1). For factors 1 and 2, Real-ESRGAN
folds squares of pixels into channels first (Wang et al. 2021, 2107.10833, section 3.3), so that the
blocks always work at a quarter of the result's side.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE, RESIDUAL = 0.2, 0.2
"""Of the leaky rectifiers, and how much of what a block finds is added to what it was given."""


@dataclass(frozen=True)
class RrdbSizes:
    """What decides the shape of every weight.

    Attributes:
        features: channels between the blocks.
        growth: channels that each convolution of a dense block adds.
        blocks: residual blocks of three dense blocks each.
        doublings: how often the side doubles behind the blocks, 0 to 3.
        fold: 1, 2 or 4: squares of this side become channels before the first convolution.
        inputs, outputs: channels of the picture that goes in and of the one that comes out.
    """

    features: int = 64
    growth: int = 32
    blocks: int = 23
    doublings: int = 2
    fold: int = 1
    inputs: int = 3
    outputs: int = 3

    @property
    def factor(self) -> int:
        """How many times wider and higher the result is."""
        return (1 << self.doublings) // self.fold

    @property
    def reach(self) -> int:
        """How far around a place of the small picture the network looks, in its pixels, at most."""
        seen = 2  # the last two convolutions
        for _ in range(self.doublings):
            seen = -(-(seen + 1) // 2)
        seen += 2 + 15 * self.blocks
        return seen * self.fold + self.fold - 1


def _convolution(inner: int, outer: int) -> nn.Conv2d:
    return nn.Conv2d(inner, outer, 3, padding=1)


def _leaky(x: Tensor) -> Tensor:
    return functional.leaky_relu(x, SLOPE, inplace=True)


class DenseBlock(nn.Module):
    """Five convolutions, each of which sees what all before it found."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.conv1 = _convolution(features, growth)
        self.conv2 = _convolution(features + growth, growth)
        self.conv3 = _convolution(features + 2 * growth, growth)
        self.conv4 = _convolution(features + 3 * growth, growth)
        self.conv5 = _convolution(features + 4 * growth, features)

    def forward(self, x: Tensor) -> Tensor:
        """(n, features, h, w) -> the same shape."""
        found = x
        for conv in (self.conv1, self.conv2, self.conv3, self.conv4):
            found = torch.cat([found, _leaky(conv(found))], 1)
        last: Tensor = self.conv5(found)
        return x + RESIDUAL * last


class ResidualBlock(nn.Module):
    """Three dense blocks with a way around them: the RRDB of the paper."""

    def __init__(self, features: int, growth: int) -> None:
        super().__init__()
        self.rdb1 = DenseBlock(features, growth)
        self.rdb2 = DenseBlock(features, growth)
        self.rdb3 = DenseBlock(features, growth)

    def forward(self, x: Tensor) -> Tensor:
        """(n, features, h, w) -> the same shape."""
        inner: Tensor = self.rdb3(self.rdb2(self.rdb1(x)))
        return x + RESIDUAL * inner


class RrdbNet(nn.Module):
    """Small pictures in, large ones out; parameters are named as in Real-ESRGAN's files."""

    def __init__(self, sizes: RrdbSizes) -> None:
        super().__init__()
        self.sizes = sizes
        features = sizes.features
        self.conv_first = _convolution(sizes.inputs * sizes.fold**2, features)
        blocks = (ResidualBlock(features, sizes.growth) for _ in range(sizes.blocks))
        self.body = nn.Sequential(*blocks)
        self.conv_body = _convolution(features, features)
        for number in range(1, sizes.doublings + 1):
            self.add_module(f"conv_up{number}", _convolution(features, features))
        self.conv_hr = _convolution(features, features)
        self.conv_last = _convolution(features, sizes.outputs)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, inputs, h, w) in 0..1 -> (n, outputs, factor h, factor w), about 0..1.

        h and w must be multiples of `sizes.fold`.
        """
        if self.sizes.fold > 1:
            pictures = functional.pixel_unshuffle(pictures, self.sizes.fold)
        x = self.conv_first(pictures)
        x = x + self.conv_body(self.body(x))
        for number in range(1, self.sizes.doublings + 1):
            x = functional.interpolate(x, scale_factor=2, mode="nearest")
            x = _leaky(self.get_submodule(f"conv_up{number}")(x))
        result: Tensor = self.conv_last(_leaky(self.conv_hr(x)))
        return result

"""The small residual network under the tagger and the encoder; knows no task.

He et al. 2015 (1512.03385), with SiLU; what it hands on is the mean and the maximum of the last
stage and the maximum of the stage before, so that a mark of few pixels is not averaged away.
"""

from __future__ import annotations

import itertools
from collections import OrderedDict

import torch
from torch import Tensor, nn


def _convolution(inner: int, outer: int, size: int, stride: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(inner, outer, size, stride, size // 2, bias=False),
            norm=nn.BatchNorm2d(outer),
        )
    )


class Residual(nn.Module):
    """Two convolutions with a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width, 3, 1)
        self.second = _convolution(width, width, 3, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, h, w) -> the same shape."""
        inner = nn.functional.silu(self.first(x))
        return nn.functional.silu(x + self.second(inner))


class Stage(nn.Module):
    """Half the resolution, then one residual block."""

    def __init__(self, inner: int, outer: int) -> None:
        super().__init__()
        self.down = _convolution(inner, outer, 3, 2)
        self.block = Residual(outer)

    def forward(self, x: Tensor) -> Tensor:
        """(n, inner, h, w) -> (n, outer, h/2, w/2)."""
        result: Tensor = self.block(nn.functional.silu(self.down(x)))
        return result


class Trunk(nn.Module):
    """Pictures -> features; `width` says how many."""

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.stem = _convolution(3, widths[0], 5, 2)
        pairs = itertools.pairwise(widths)
        self.stages = nn.ModuleList(Stage(inner, outer) for inner, outer in pairs)
        self.width = widths[-1] * 2 + widths[-2]

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) in -1..1 -> (n, width)."""
        x = nn.functional.silu(self.stem(pictures))
        for stage in self.stages[:-1]:
            x = stage(x)
        before = x.amax((2, 3))
        x = self.stages[-1](x)
        return torch.cat([x.mean((2, 3)), x.amax((2, 3)), before], 1)


class Named(nn.Module):
    """The tagger's network: features -> one logit for each tag.

    A tag's weights are its own plus those of its words: "red dress" learns from all that is red
    and from every dress, so a rare pair needs few examples. `merge` makes that a plain layer.
    """

    parts: Tensor

    def __init__(self, widths: tuple[int, ...], parts: Tensor) -> None:
        super().__init__()
        self.trunk = Trunk(widths)
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(self.trunk.width, parts.shape[0])
        self.words: nn.Parameter | None = nn.Parameter(
            torch.zeros(parts.shape[1], self.trunk.width)
        )
        self.register_buffer("parts", parts.float(), persistent=False)
        nn.init.zeros_(self.head.weight)
        nn.init.constant_(self.head.bias, -3.0)

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) in -1..1 -> (n, tags) logits."""
        weight = self.head.weight
        if self.words is not None:
            weight = weight + self.parts @ self.words
        return nn.functional.linear(self.drop(self.trunk(pictures)), weight, self.head.bias)

    @torch.no_grad()
    def merge(self) -> None:
        """Add the words' weights to the tags' own, and forget the words."""
        if self.words is not None:
            self.head.weight += self.parts @ self.words
            self.words = None


class Who(nn.Module):
    """The encoder's network: features -> a direction of length 1."""

    def __init__(self, widths: tuple[int, ...], width: int) -> None:
        super().__init__()
        self.trunk = Trunk(widths)
        self.head = nn.Sequential(
            nn.Linear(self.trunk.width, 256), nn.SiLU(), nn.Linear(256, width)
        )

    def forward(self, pictures: Tensor) -> Tensor:
        """(n, 3, s, s) in -1..1 -> (n, width), each row of length 1."""
        return nn.functional.normalize(self.head(self.trunk(pictures)).float(), dim=1)


class FromPixels(nn.Module):
    """What is exported: NHWC BGR 0..255 in, as the WD taggers take it."""

    def __init__(self, network: nn.Module, sigmoid: bool) -> None:
        super().__init__()
        self.network = network
        self.sigmoid = sigmoid

    def forward(self, pixels: Tensor) -> Tensor:
        """(n, s, s, 3) float BGR 0..255 -> probabilities or directions."""
        result: Tensor = self.network(pixels.permute(0, 3, 1, 2).flip(1) / 127.5 - 1)
        return result.sigmoid() if self.sigmoid else result

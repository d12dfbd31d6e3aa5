"""The oracle's two networks: where everybody is, and what somebody looks like; trains nothing.

A patchifying stem and residual blocks with the normalization first (He et al. 2016, 1603.05027).
Each slot has a learned query of its own that attends over the tokens of the picture, so that eyes
and shoes are read at different places (after Perceiver, Jaegle et al. 2021, 2103.03206).

Blocks of dense 3x3 convolutions and GroupNorm took 159 ms a step of 32 where ConvNeXt's depthwise
7x7 blocks (2201.03545) of as many parameters took 272 (two cores, bfloat16).
"""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from storybook.oracle.settings import SIDE, Shape
from storybook.oracle.slots import CHARACTER, PICTURE, Slots

GRID = SIDE // 8
"""Tokens along one side."""
MAP = SIDE // 4
"""Cells along one side of the map of middles."""


class Block(nn.Module):
    """Two 3x3 convolutions through half the width, with a way around them."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.before = nn.GroupNorm(8, width)
        self.first = nn.Conv2d(width, width // 2, 3, padding=1)
        self.between = nn.GroupNorm(8, width // 2)
        self.second = nn.Conv2d(width // 2, width, 3, padding=1)
        nn.init.zeros_(self.second.weight)

    def forward(self, x: Tensor) -> Tensor:
        """(n, width, h, w) -> the same shape."""
        inner = self.first(functional.gelu(self.before(x)))
        result: Tensor = x + self.second(functional.gelu(self.between(inner)))
        return result


class Trunk(nn.Module):
    """Planes -> features at 1/4, 1/8 and 1/16 of their size."""

    def __init__(self, planes: int, shape: Shape) -> None:
        super().__init__()
        self.stem = nn.Conv2d(planes, shape.widths[0], 4, 4)
        self.downs = nn.ModuleList(nn.Conv2d(a, b, 2, 2) for a, b in pairwise(shape.widths))
        self.stages = nn.ModuleList(
            nn.Sequential(*(Block(width) for _ in range(count)), nn.GroupNorm(8, width))
            for width, count in zip(shape.widths, shape.blocks, strict=True)
        )

    def forward(self, planes: Tensor) -> list[Tensor]:
        """(n, planes, s, s) -> three of (n, width, s/4.., s/4..)."""
        x = self.stem(planes)
        levels = []
        for i, stage in enumerate(self.stages):
            x = stage(self.downs[i - 1](x) if i else x)
            levels.append(x)
        return levels


class Tokens(nn.Module):
    """The levels of a trunk as tokens of one width on a grid of 1/8.

    The planes themselves come along by a short way, so that no normalization dims their colours.
    """

    def __init__(self, planes: int, shape: Shape) -> None:
        super().__init__()
        self.levels = nn.ModuleList(nn.Conv2d(width, shape.tokens, 1) for width in shape.widths)
        self.raw = nn.Conv2d(planes, shape.tokens, 8, 8)

    def forward(self, planes: Tensor, levels: list[Tensor]) -> Tensor:
        """-> (n, GRID * GRID, tokens)."""
        fine, same, coarse = (
            layer(level) for layer, level in zip(self.levels, levels, strict=True)
        )
        x = self.raw(planes) + functional.avg_pool2d(fine, 2) + same
        x = x + functional.interpolate(coarse, scale_factor=2.0, mode="nearest")
        result: Tensor = x.flatten(2).transpose(1, 2)
        return result


class Answering(nn.Module):
    """Tokens -> logits of every answer of every slot, each slot by its own look at the tokens."""

    owner: Tensor

    def __init__(self, slots: Slots, shape: Shape) -> None:
        super().__init__()
        width, self.heads = shape.tokens, shape.heads
        self.queries = nn.Parameter(torch.randn(len(slots.names), width) * 0.5)
        self.places = nn.Parameter(torch.randn(GRID * GRID, width) * 0.1)
        self.norm = nn.LayerNorm(width)
        self.ask, self.keys = nn.Linear(width, width), nn.Linear(width, width)
        self.values = nn.Linear(width, width)
        self.after = nn.LayerNorm(width)
        self.think = nn.Sequential(
            nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width)
        )
        self.weight = nn.Parameter(torch.randn(slots.total, width) * 0.02)
        self.bias = nn.Parameter(torch.zeros(slots.total))
        self.register_buffer("owner", torch.tensor(slots.owner), persistent=False)

    def forward(self, tokens: Tensor) -> Tensor:
        """(n, GRID * GRID, tokens) -> (n, total) logits in float32."""
        told = self.norm(tokens)
        keys = self._split(self.keys(told + self.places))
        asks = self._split(self.ask(self.queries)[None])
        look = (asks @ keys.transpose(-1, -2) * keys.shape[-1] ** -0.5).float().softmax(-1)
        seen = look.to(keys.dtype) @ self._split(self.values(told))
        seen = self.after(seen.transpose(1, 2).flatten(2) + self.queries)
        seen = (seen + self.think(seen)).float()
        result: Tensor = (seen[:, self.owner] * self.weight).sum(-1) + self.bias
        return result

    def _split(self, x: Tensor) -> Tensor:
        """(n, k, width) -> (n, heads, k, width / heads)."""
        count, k, width = x.shape
        return x.reshape(count, k, self.heads, width // self.heads).transpose(1, 2)


class Reader(nn.Module):
    """Somebody cut out, and a plane that says who is meant -> logits of `CHARACTER`."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk, self.tokens = Trunk(4, shape), Tokens(4, shape)
        self.answering = Answering(CHARACTER, shape)

    def forward(self, planes: Tensor) -> Tensor:
        """(n, 4, SIDE, SIDE): colours in -1..1 and a plane of 0 and 1 -> (n, total)."""
        result: Tensor = self.answering(self.tokens(planes, self.trunk(planes)))
        return result


class Where(nn.Module):
    """A whole picture -> logits of `PICTURE`, a map of middles, and the boxes around them.

    Objects as points: Zhou et al. 2019, 1904.07850.
    """

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.trunk, self.tokens = Trunk(3, shape), Tokens(3, shape)
        self.answering = Answering(PICTURE, shape)
        self.finer = nn.Conv2d(shape.widths[0] + shape.tokens, shape.tokens, 3, padding=1)
        self.map = nn.Conv2d(shape.tokens, 5, 1)
        with torch.no_grad():
            self.map.weight[0].zero_()
            self.map.bias[0] = -4.0  # type: ignore[index]  # middles are rare

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(n, 3, SIDE, SIDE) in -1..1 -> (n, total), (n, MAP, MAP) logits, (n, 4, MAP, MAP) > 0.

        The last are the ways from a cell's middle to left, top, right, bottom, in 0..1 of SIDE.
        """
        levels = self.trunk(pictures)
        tokens = self.tokens(pictures, levels)
        grid = tokens.transpose(1, 2).reshape(len(tokens), -1, GRID, GRID)
        grid = functional.interpolate(grid, scale_factor=2.0, mode="nearest")
        told = self.map(functional.gelu(self.finer(torch.cat([levels[0], grid], 1)))).float()
        return self.answering(tokens), told[:, 0], functional.softplus(told[:, 1:] - 1.5)

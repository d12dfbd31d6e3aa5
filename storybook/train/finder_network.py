"""The finder's network and its file: middles, boxes, prototypes; trains nothing.

The trunk of the tagger, a neck that brings what it saw back to a quarter of the resolution (feature
pyramid, Lin et al. 2016, 1612.03144), a head of middles and boxes (Zhou et al. 2019, 1904.07850),
and masks from prototypes (YOLACT, Bolya et al. 2019, 1904.02689).
"""

from __future__ import annotations

import os
import warnings
from collections import OrderedDict
from pathlib import Path
from typing import NamedTuple

import onnx
import torch
from torch import Tensor, nn
from torch.nn import functional

from castmates.backends.onnx_finder import OUTPUTS
from storybook.train.onnx_file import OPSET, fused, shrink
from storybook.train.trunk import Residual, Trunk

PLANES = 3
"""Prototypes that are not learned: across, down, and one everywhere.

With them a mask can be cut by any straight line, so that figures side by side come apart early.
"""

_STEEP = 4.0
_RARE = -4.6


class Said(NamedTuple):
    """What the network says of n pictures, on h x w cells of a quarter of the resolution.

    Attributes:
        heat: (n, h, w) logits of a middle.
        boxes: (n, 4, h, w) left, top, right, bottom in 0..1 of the picture, and beyond.
        coefficients: (n, p, h, w) in -1..1.
        prototypes: (n, p, 2h, 2w).
    """

    heat: Tensor
    boxes: Tensor
    coefficients: Tensor
    prototypes: Tensor


def _smooth(inner: int, outer: int) -> nn.Sequential:
    return nn.Sequential(
        OrderedDict(
            conv=nn.Conv2d(inner, outer, 3, padding=1, bias=False), norm=nn.BatchNorm2d(outer)
        )
    )


def _twice(x: Tensor) -> Tensor:
    return functional.interpolate(x, scale_factor=2.0, mode="nearest")


class Finding(nn.Module):
    """Pictures -> who is where.

    Args:
        widths: of the trunk, four of them.
        neck: width of the neck and the head.
        prototypes: how many there are, with the `PLANES` that are not learned.
    """

    def __init__(self, widths: tuple[int, ...], neck: int, prototypes: int) -> None:
        super().__init__()
        self.trunk = Trunk(widths)
        self.beside = nn.ModuleList(nn.Conv2d(width, neck, 1) for width in widths[1:])
        self.smooth = nn.ModuleList(_smooth(neck, neck) for _ in widths[2:])
        self.head = Residual(neck)
        self.middle = nn.Conv2d(neck, 1, 1)
        self.box = nn.Conv2d(neck, 4, 1)
        self.mixing = nn.Conv2d(neck, prototypes, 1)
        half = neck // 2
        self.fine = nn.Conv2d(widths[0], half, 1)
        self.coarse = nn.Conv2d(neck, half, 1)
        self.edges = _smooth(half, half)
        self.shapes = nn.Conv2d(half, prototypes - PLANES, 1)
        nn.init.normal_(self.middle.weight, std=0.01)
        nn.init.constant_(self.middle.bias, _RARE)  # type: ignore[arg-type]

    def forward(self, pictures: Tensor) -> Said:
        """(n, 3, s, s) in -1..1 -> what is said on s/4 x s/4 cells."""
        fine = functional.silu(self.trunk.stem(pictures))
        levels = [fine]
        for stage in self.trunk.stages:
            levels.append(stage(levels[-1]))
        x: Tensor = self.beside[-1](levels[-1])
        for beside, smooth, level in zip(
            reversed(self.beside[:-1]), self.smooth, reversed(levels[1:-1]), strict=True
        ):
            x = functional.silu(smooth(_twice(x) + beside(level)))
        seen = self.head(x)
        inner = functional.silu(self.fine(fine) + _twice(self.coarse(x)))
        learned = self.shapes(functional.silu(self.edges(inner))).float()
        heat = self.middle(seen)[:, 0].float()
        boxes = _around(self.box(seen).float().sigmoid())
        coefficients = self.mixing(seen).float().tanh()
        return Said(heat, boxes, coefficients, torch.cat([learned, _planes(learned)], 1))


def _middles(count: int, like: Tensor) -> Tensor:
    return (torch.arange(count, device=like.device, dtype=like.dtype) + 0.5) / count


def _around(reach: Tensor) -> Tensor:
    """(n, 4, h, w) how far a box reaches from a cell's middle to its sides -> its corners."""
    across = _middles(reach.shape[3], reach)
    down = _middles(reach.shape[2], reach)[:, None]
    left, top, right, bottom = reach.unbind(1)
    return torch.stack([across - left, down - top, across + right, down + bottom], 1)


def _planes(like: Tensor) -> Tensor:
    """(n, 3, h, w): across and down from -4 to 4, and 4."""
    empty = torch.zeros_like(like[:, 0])
    across = (_middles(like.shape[3], like) * 2 - 1) * _STEEP
    down = (_middles(like.shape[2], like)[:, None] * 2 - 1) * _STEEP
    return torch.stack([empty + across, empty + down, empty + _STEEP], 1)


class FromPixels(nn.Module):
    """What is exported: NHWC BGR 0..255 in, four named outputs."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, pixels: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(n, s, s, 3) float BGR 0..255 -> heat in 0..1, boxes, coefficients, prototypes."""
        said: Said = self.network(pixels.permute(0, 3, 1, 2).flip(1) / 127.5 - 1)
        return said.heat.sigmoid(), said.boxes, said.coefficients, said.prototypes


def export_finder(network: Finding, path: Path, size: int = 128) -> None:
    """Write the network as `backends.onnx_finder` reads it: any batch, weights in 8 bits."""
    wrapped = FromPixels(fused(network)).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            wrapped,
            (torch.zeros(2, size, size, 3),),
            str(beside),
            input_names=["input"],
            output_names=list(OUTPUTS),
            dynamic_axes={name: {0: "batch"} for name in ("input", *OUTPUTS)},
            opset_version=OPSET,
            dynamo=False,
        )
    model = onnx.load(beside)
    shrink(model)
    onnx.checker.check_model(model)
    onnx.save(model, beside)
    os.replace(beside, path)

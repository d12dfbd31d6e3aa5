"""What the finder should say of a picture, and how far it is from that; knows no network.

Middles: the focal loss of CornerNet (Law & Deng 2018, 1808.01244, eq. 1) on Gaussians of their
boxes' shape (TTFNet, Liu et al. 2019, 1909.00700). Boxes: GIoU (Rezatofighi et al. 2019,
1902.09630). Masks: cross-entropy and Dice (Milletari et al. 2016, 1606.04797) inside the widened
box, as YOLACT cuts them. Boxes and masks are asked for at the middle's cell and, with half weight,
beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from castmates.backends.finding import inside
from castmates.backends.onnx_finder import WIDENED
from storybook.train.finder_network import Said
from storybook.world.sampling import MOST_CHARACTERS

CELL, GRAIN = 4, 2
"""Pixels of a side of a cell of the heat map, and of the masks."""

LEAST = 0.0015
"""The part of a picture that must be seen of somebody who counts."""

SPREAD = 0.09
BESIDE = ((0, 0, 1.0), (0, 1, 0.5), (0, -1, 0.5), (1, 0, 0.5), (-1, 0, 0.5))


@dataclass(frozen=True)
class Targets:
    """What is true of n pictures with at most m characters each, on h x w cells.

    Attributes:
        heat: (n, h, w), 1 at the middle of each box.
        rows, columns: (n, m) the middle's cell.
        boxes: (n, m, 4) left, top, right, bottom in 0..1.
        masks: (n, m, 2h, 2w) covered part, 0..1.
        asked: (n, m, 2h, 2w) where the mask is asked for.
        there: (n, m) whether there is somebody.
    """

    heat: Tensor
    rows: Tensor
    columns: Tensor
    boxes: Tensor
    masks: Tensor
    asked: Tensor
    there: Tensor

    def to(self, device: str) -> Targets:
        """The same on a device."""
        return Targets(**{name: value.to(device) for name, value in vars(self).items()})


def separate(index: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """(…, s, s) who is where -> (…, m, s, s) a mask each; too little of somebody is nobody."""
    numbers = np.arange(1, MOST_CHARACTERS + 1, dtype=np.uint8)[:, None, None]
    masks = index[..., None, :, :] == numbers
    seen = masks.mean((-2, -1), keepdims=True) >= LEAST
    return np.asarray(masks & seen, bool)


def boxes_of(masks: NDArray[np.bool_]) -> NDArray[np.float32]:
    """(…, s, s) masks -> (…, 4) tight boxes in 0..1; zeros for an empty mask."""
    sides = []
    for axis in (-2, -1):
        line: NDArray[np.bool_] = np.asarray(masks.any(axis))
        size = line.shape[-1]
        first, last = line.argmax(-1), size - line[..., ::-1].argmax(-1)
        there = line.any(-1)
        sides.append((np.where(there, first, 0) / size, np.where(there, last, 0) / size))
    (left, right), (top, bottom) = sides
    return np.stack([left, top, right, bottom], -1).astype(np.float32)


def targets_of(index: NDArray[np.uint8]) -> Targets:
    """(n, s, s) who is where -> what the network should say."""
    masks = separate(index)
    count, most, high, wide = masks.shape
    boxes = boxes_of(masks)
    there: NDArray[np.bool_] = np.asarray(masks.any((2, 3)))
    cells = np.array([wide // CELL, high // CELL])
    middles = ((boxes[..., :2] + boxes[..., 2:]) / 2 * cells).astype(np.int64)
    columns, rows = np.minimum(middles, cells - 1).transpose(2, 0, 1)
    spread = np.maximum((boxes[..., 2:] - boxes[..., :2]) * cells * SPREAD, 0.5)
    across = (np.arange(cells[0]) - columns[..., None]) / spread[..., :1]
    down = (np.arange(cells[1]) - rows[..., None]) / spread[..., 1:]
    bells = np.exp(-(across[..., None, :] ** 2 + down[..., :, None] ** 2) / 2)
    heat = (bells * there[..., None, None]).max(1)
    flat = boxes.reshape(-1, 4)
    asked = inside(flat, high // GRAIN, wide // GRAIN, WIDENED)
    small = functional.avg_pool2d(torch.from_numpy(masks).float(), GRAIN)
    return Targets(
        torch.from_numpy(heat).float(),
        torch.from_numpy(rows),
        torch.from_numpy(columns),
        torch.from_numpy(boxes),
        small,
        torch.from_numpy(asked.reshape(count, most, high // GRAIN, wide // GRAIN)),
        torch.from_numpy(there),
    )


def focal(logits: Tensor, heat: Tensor) -> Tensor:
    """(n, h, w), (n, h, w) -> the loss of the middles, for each of them."""
    sure = logits.sigmoid()
    right = heat == 1
    found = (1 - sure) ** 2 * functional.logsigmoid(logits) * right
    empty = (1 - heat) ** 4 * sure**2 * functional.logsigmoid(-logits) * ~right
    return -(found + empty).sum() / right.sum().clamp(min=1)


def generous_overlap(some: Tensor, others: Tensor) -> Tensor:
    """GIoU of (…, 4) and (…, 4) boxes -> (…), -1..1; 1 where they are the same."""
    low = torch.maximum(some[..., :2], others[..., :2])
    far = torch.minimum(some[..., 2:], others[..., 2:])
    shared = (far - low).clamp(min=0).prod(-1)
    union = _area(some) + _area(others) - shared
    hull = torch.cat(
        [
            torch.minimum(some[..., :2], others[..., :2]),
            torch.maximum(some[..., 2:], others[..., 2:]),
        ],
        -1,
    )
    around = _area(hull).clamp(min=1e-9)
    return shared / union.clamp(min=1e-9) - (around - union) / around


def _area(boxes: Tensor) -> Tensor:
    return (boxes[..., 2:] - boxes[..., :2]).clamp(min=0).prod(-1)


def mask_losses(logits: Tensor, masks: Tensor, asked: Tensor) -> Tensor:
    """(…, h, w) each -> (…) cross-entropy plus Dice where the mask is asked for."""
    area = asked.sum((-2, -1)).clamp(min=1)
    surprise = functional.binary_cross_entropy_with_logits(logits, masks, reduction="none")
    surprise = (surprise * asked).sum((-2, -1)) / area
    covered, wanted = logits.sigmoid() * asked, masks * asked
    both = (covered * wanted).sum((-2, -1))
    dice = 1 - (2 * both + 1) / (covered.sum((-2, -1)) + wanted.sum((-2, -1)) + 1)
    return surprise + dice


def loss_of(said: Said, wanted: Targets) -> Tensor:
    """Middles, twice the boxes, and the masks."""
    high, wide = said.heat.shape[1:]
    total = torch.zeros((), device=said.heat.device)
    weights = torch.zeros((), device=said.heat.device)
    pictures = torch.arange(len(said.heat), device=said.heat.device)[:, None]
    for down, across, share in BESIDE:
        rows = (wanted.rows + down).clamp(0, high - 1)
        columns = (wanted.columns + across).clamp(0, wide - 1)
        boxes = said.boxes[pictures, :, rows, columns]
        mixing = said.coefficients[pictures, :, rows, columns]
        logits = torch.einsum("nmp,nphw->nmhw", mixing, said.prototypes)
        apart = 2 * (1 - generous_overlap(boxes, wanted.boxes))
        apart = apart + mask_losses(logits, wanted.masks, wanted.asked)
        total = total + share * (apart * wanted.there).sum()
        weights = weights + share * wanted.there.sum()
    return focal(said.heat, wanted.heat) + total / weights.clamp(min=1)

"""What the oracle's networks are trained on: asked slots, middles, boxes; knows no pictures."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from storybook.oracle.cutting import Box
from storybook.oracle.networks import MAP
from storybook.oracle.slots import Slots

_LOW = -1e4


class Asked:
    """Softmax over the answers of each slot at once, the shorter ones filled up."""

    def __init__(self, slots: Slots, device: str) -> None:
        longest = max(len(answers) for answers in slots.answers.values())
        grid = torch.zeros(len(slots.names), longest, dtype=torch.long)
        valid = torch.zeros(len(slots.names), longest, dtype=torch.bool)
        for i, name in enumerate(slots.names):
            span = slots.span(name)
            count = span.stop - span.start
            grid[i, :count], valid[i, :count] = torch.arange(span.start, span.stop), True
        self._grid, self._valid = grid.to(device), valid.to(device)

    def loss(self, logits: Tensor, right: Tensor, smoothing: float) -> Tensor:
        """The mean over all asked slots of - log (chance of any right answer), smoothed.

        Args:
            logits: (n, total).
            right: (n, total) bool; a slot without a right answer is not asked.
            smoothing: share of the loss that wants every answer alike (1512.00567).
        """
        said, wanted = self._chances(logits), self._spread(right)
        hit = said.masked_fill(~wanted, _LOW).logsumexp(-1)
        even = (said * self._valid).sum(-1) / self._valid.sum(-1)
        each = -(1 - smoothing) * hit - smoothing * even
        asked = wanted.any(-1)
        return (each * asked).sum() / asked.sum().clamp(min=1)

    def hits(self, logits: Tensor, right: Tensor) -> tuple[Tensor, Tensor]:
        """(n, slots) bool each: whether the likeliest answer is right, and whether it was asked."""
        wanted = self._spread(right)
        best = self._chances(logits).argmax(-1, keepdim=True)
        return wanted.gather(-1, best)[..., 0], wanted.any(-1)

    def _chances(self, logits: Tensor) -> Tensor:
        spread = logits.float()[:, self._grid].masked_fill(~self._valid, _LOW)
        return spread.log_softmax(-1)

    def _spread(self, right: Tensor) -> Tensor:
        return right[:, self._grid] & self._valid


def middles(boxes: list[Box]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """(MAP, MAP) soft peaks at the middles of boxes in 0..1, and (4, MAP, MAP) ways to the edges.

    The ways are 0 but in the cells of the peaks.
    """
    peaks, ways = np.zeros((MAP, MAP), np.float32), np.zeros((4, MAP, MAP), np.float32)
    cells = np.arange(MAP)
    for left, top, right, bottom in boxes:
        x, y = (
            int(np.clip((a + b) / 2 * MAP, 0, MAP - 1)) for a, b in ((left, right), (top, bottom))
        )
        spread = max(0.7, 0.06 * MAP * min(right - left, bottom - top))
        far = (cells[:, None] - y) ** 2 + (cells[None] - x) ** 2
        peaks = np.maximum(peaks, np.exp(-far / (2 * spread**2)).astype(np.float32))
        across, down = (x + 0.5) / MAP, (y + 0.5) / MAP
        ways[:, y, x] = across - left, down - top, right - across, bottom - down
    return peaks, ways


def found(peaks: Tensor, ways: Tensor, count: int) -> list[Box]:
    """The boxes of the `count` highest peaks, in 0..1, from left to right.

    Args:
        peaks: (MAP, MAP) logits.
        ways: (4, MAP, MAP).
    """
    highest = functional.max_pool2d(peaks[None, None], 3, 1, 1)[0, 0]
    alone = torch.where(peaks >= highest, peaks, torch.full_like(peaks, -torch.inf))
    boxes: list[Box] = []
    for place in alone.flatten().topk(count).indices.tolist():
        y, x = divmod(place, MAP)
        left, top, right, bottom = ways[:, y, x].tolist()
        across, down = (x + 0.5) / MAP, (y + 0.5) / MAP
        boxes.append((across - left, down - top, across + right, down + bottom))
    return sorted(boxes, key=lambda box: box[0] + box[2])


def map_loss(said: Tensor, ways: Tensor, peaks: Tensor, wanted: Tensor) -> Tensor:
    """The focal loss of the peaks (1904.07850, eq. 1) plus ten times the L1 of the ways.

    Args:
        said: (n, MAP, MAP) logits; `peaks` what they shall be, 0..1.
        ways: (n, 4, MAP, MAP); `wanted` likewise, 0 where nobody's middle is.
    """
    tops = peaks >= 1
    number = tops.sum().clamp(min=1)
    sure, doubt = functional.logsigmoid(said), functional.logsigmoid(-said)
    chance = said.sigmoid()
    hit = (1 - chance) ** 2 * sure * tops
    miss = chance**2 * doubt * (1 - peaks) ** 4 * ~tops
    far = ((ways - wanted).abs() * tops[:, None]).sum() / (4 * number)
    return -(hit.sum() + miss.sum()) / number + 10 * far

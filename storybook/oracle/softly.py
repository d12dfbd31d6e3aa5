"""Degrades pictures of which the boxes must stay right; knows no labels."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from storybook.train.degrade import Degrade
from storybook.train.vae import to_tensor


class InPlace(Degrade):
    """The degradations of `train.degrade`, but nothing is shifted, scaled or turned."""

    def _moved(self, batch: Tensor) -> Tensor:
        return batch


def partly(pictures: NDArray[np.uint8], plain: float, degrade: Degrade) -> Tensor:
    """(n, s, s, 3) uint8 -> (n, 3, s, s) in -1..1: the first share as it is, the rest degraded."""
    kept = round(len(pictures) * plain)
    parts = [to_tensor(pictures[:kept])] if kept else []
    parts += [degrade(pictures[kept:])] if kept < len(pictures) else []
    return torch.cat(parts).contiguous(memory_format=torch.channels_last)

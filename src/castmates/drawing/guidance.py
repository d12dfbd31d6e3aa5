"""Steer the network by the difference of two texts; knows no sampler."""

from __future__ import annotations

import torch
from torch import Tensor


def guided(towards: Tensor, away: Tensor, scale: Tensor, rescale: float = 0.0) -> Tensor:
    """Classifier-free guidance, each row with its own scale.

    Args:
        towards: the network's output for the words, (n, c, h, w).
        away: its output for the negative words, the same shape.
        scale: (n,) guidance; 1 gives `towards`, 0 gives `away`.
        rescale: φ of Lin et al. 2023 (arXiv 2305.08891, eq. 15-16): how far the guided output is
            brought back to the spread of `towards`; 0 leaves it.
    """
    out = away + scale.view(-1, 1, 1, 1) * (towards - away)
    if rescale == 0.0:
        return out
    spread = towards.std(dim=(1, 2, 3), keepdim=True)
    tiny = torch.finfo(out.dtype).tiny
    drawn_back = out * (spread / out.std(dim=(1, 2, 3), keepdim=True).clamp_min(tiny))
    return rescale * drawn_back + (1.0 - rescale) * out

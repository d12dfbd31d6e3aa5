"""Steer the network by the difference of two texts; knows no sampler."""

from __future__ import annotations

import torch
from torch import Tensor


def guided(
    towards: Tensor,
    away: Tensor,
    scale: Tensor,
    rescale: float = 0.0,
    pull: Tensor | None = None,
) -> Tensor:
    """Classifier-free guidance, each row with its own scale.

    Args:
        towards: the network's output for the words, (n, c, h, w).
        away: its output for the negative words, the same shape.
        scale: (n,) guidance; 1 gives `towards`, 0 gives `away`.
        rescale: φ of Lin et al. 2023 (arXiv 2305.08891, eq. 15-16): how far the guided output is
            brought back to the spread of `towards`; 0 leaves it.
        pull: `towards` - `away`, where it is known more exactly than this difference.
    """
    pull = towards - away if pull is None else pull
    out = away + scale.view(-1, 1, 1, 1) * pull
    if rescale == 0.0:
        return out
    spread = towards.std(dim=(1, 2, 3), keepdim=True)
    tiny = torch.finfo(out.dtype).tiny
    drawn_back = out * (spread / out.std(dim=(1, 2, 3), keepdim=True).clamp_min(tiny))
    return rescale * drawn_back + (1.0 - rescale) * out


def joined(parts: Tensor, away: Tensor, owners: Tensor, shares: Tensor) -> tuple[Tensor, Tensor]:
    """Texts joined by `AND`: Σ share · (part - away), as A1111 has it (after Liu et al. 2022, arXiv
    2206.01714, eq. 11).

    Args:
        parts: the network's output for every text, (m, c, h, w).
        away: for the negative words of every picture, (n, c, h, w).
        owners: (m,) which picture a text is of.
        shares: (m,) its weight; may be negative.

    Returns:
        `towards` and `pull` for `guided`, (n, c, h, w) each.
    """
    pulls = shares.view(-1, 1, 1, 1) * (parts - away[owners])
    pull = torch.zeros_like(away).index_add(0, owners, pulls)
    return away + pull, pull

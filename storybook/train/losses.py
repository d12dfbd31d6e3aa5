"""What the VAE is trained on: how far a decoded picture is from the drawn one; knows no data.

Plain L1 decodes green and purple as grey at this size: the mean colour error of a small patch
hides in three channels. Opponent colours (R-G, B-(R+G)/2), after the opponent process theory of
Hering (1892), at full, 1/4 and 1/8 scale give hue a loss of its own; edges and eyes weigh more.
"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

_OPPONENT = ((1.0, -1.0, 0.0), (-0.5, -0.5, 1.0))


def opponent(difference: Tensor) -> Tensor:
    """(n, 3, h, w) differences of colour -> (n, 2, h, w) differences of hue."""
    kernel = torch.tensor(_OPPONENT, device=difference.device).view(2, 3, 1, 1)
    return functional.conv2d(difference, kernel)


def gradients(pictures: Tensor) -> tuple[Tensor, Tensor]:
    """Differences to the pixel below and to the pixel at the right."""
    return (
        pictures[..., 1:, :] - pictures[..., :-1, :],
        pictures[..., 1:] - pictures[..., :-1],
    )


def edge_weight(pictures: Tensor) -> Tensor:
    """(n, 1, h, w): .6 on flat colour, up to 2.6 within two pixels of an edge."""
    down, right = gradients(pictures)
    strength = functional.pad(down.abs(), (0, 0, 0, 1)).mean(1, True)
    strength = strength + functional.pad(right.abs(), (0, 1, 0, 0)).mean(1, True)
    return functional.max_pool2d(strength, 5, 1, 2).clamp(max=0.8) * 2.5 + 0.6


def reconstruction(decoded: Tensor, drawn: Tensor, extra: Tensor) -> Tensor:
    """Weighted L1 + gradient L1 + opponent-colour L1; `extra` (n, 1, h, w) weighs faces."""
    difference = decoded - drawn
    weight = edge_weight(drawn) + extra
    loss = (difference.abs() * weight).mean()
    pairs = zip(gradients(decoded), gradients(drawn), strict=True)
    loss = loss + 0.6 * sum(((a - b).abs().mean() for a, b in pairs), difference.new_zeros(()))
    loss = loss + 0.8 * (opponent(difference) * weight).abs().mean()
    for scale in (4, 8):
        coarse = functional.avg_pool2d(difference, scale)
        loss = loss + 0.67 * opponent(coarse).abs().mean() + (coarse**2).mean()
    return loss + 0.5 * functional.avg_pool2d(difference, 4).abs().mean()


def divergence(mean: Tensor, logvar: Tensor) -> Tensor:
    """Kullback-Leibler divergence from the unit normal, per element (Kingma & Welling 2013)."""
    return 0.5 * (mean * mean + logvar.exp() - 1 - logvar).mean()


def eye_weight(
    eyes: NDArray[np.float32], size: int, corner: tuple[int, int], crop: int, peak: float
) -> NDArray[np.float32]:
    """(crop, crop) extra weight around the eyes that fall into a crop of a picture.

    Args:
        eyes: (k, 3) x, y, radius in 0..1 of the whole picture; rows of -1 are empty.
        size: side of the whole picture in pixels.
        corner: row and column where the crop begins.
        crop: side of the crop in pixels.
        peak: the weight in the middle of an eye.
    """
    weight = np.zeros((crop, crop), np.float32)
    rows = np.arange(crop, dtype=np.float32)[:, None] + corner[0]
    columns = np.arange(crop, dtype=np.float32)[None] + corner[1]
    for x, y, radius in eyes[eyes[:, 2] > 0] * size:
        spread = max(2.0, 1.6 * float(radius))
        distance = (rows - y) ** 2 + (columns - x) ** 2
        weight = np.maximum(weight, peak * np.exp(-distance / (2 * spread**2)))
    return weight

"""What is learned from a noisy picture: its timestep and its target; knows no network and no loss.

Notation: x picture latents, e noise, a = alphas_cumprod[t], SNR = a / (1 - a).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

Prediction = Literal["epsilon", "v_prediction"]


def stratified(chances: Sequence[float], timesteps: int, first: int = 0) -> Tensor:
    """Timesteps that cover the whole range in every batch: t_i = (i + u_i) / B.

    One sample in each of B equal strata: uniform on the whole, with less variance than B
    independent draws (Kingma et al. 2021, "Variational Diffusion Models", appendix I).

    Args:
        chances: u_i, uniform in [0, 1), one per picture.
        timesteps: how many the base has (1000), or where to end before.
        first: where to begin.

    Returns:
        (n,) int64 in first … timesteps - 1.
    """
    n = len(chances)
    return uniform([(i + u) / n for i, u in enumerate(chances)], timesteps, first)


def uniform(chances: Sequence[float], timesteps: int, first: int = 0) -> Tensor:
    """Timesteps that are drawn each by itself, as sd-scripts does; arguments as in `stratified`."""
    count = timesteps - first
    return torch.tensor([first + min(int(u * count), count - 1) for u in chances], dtype=torch.long)


def noised(x: Tensor, e: Tensor, a: Tensor) -> Tensor:
    """x_t = sqrt(a) x + sqrt(1 - a) e; x, e: (n, c, h, w), a: (n,)."""
    a = a.view(-1, 1, 1, 1)
    return a.sqrt() * x + (1 - a).sqrt() * e


def target(x: Tensor, e: Tensor, a: Tensor, prediction: Prediction) -> Tensor:
    """What the network should say: e, or v = sqrt(a) e - sqrt(1 - a) x (Salimans & Ho 2022)."""
    if prediction == "epsilon":
        return e
    a = a.view(-1, 1, 1, 1)
    return a.sqrt() * e - (1 - a).sqrt() * x

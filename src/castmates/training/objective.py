"""What is learned from a noisy picture: timesteps, target and weight of the loss; knows no network.

Notation: x picture latents, e noise, a = alphas_cumprod[t], SNR = a / (1 - a).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import torch
from torch import Tensor

Prediction = Literal["epsilon", "v_prediction"]


def stratified(chances: Sequence[float], timesteps: int) -> Tensor:
    """Timesteps that cover the whole range in every batch: t_i = (i + u_i) / B.

    One sample in each of B equal strata: uniform on the whole, with less variance than B
    independent draws (Kingma et al. 2021, "Variational Diffusion Models", appendix I).

    Args:
        chances: u_i, uniform in [0, 1), one per picture.
        timesteps: how many the base has (1000).

    Returns:
        (n,) int64 in 0 … timesteps - 1.
    """
    n = len(chances)
    at = [(i + u) / n for i, u in enumerate(chances)]
    return torch.tensor([min(int(a * timesteps), timesteps - 1) for a in at], dtype=torch.long)


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


def loss_of(
    said: Tensor, wanted: Tensor, a: Tensor, prediction: Prediction, gamma: float | None
) -> Tensor:
    """Squared error, mean over a picture, weighted, mean over the batch; float32 scalar.

    With `gamma` a picture weighs min(SNR, gamma) / SNR, for v-prediction / (SNR + 1)
    (Hang et al. 2023, "Efficient diffusion training via min-SNR weighting", equation 4).
    """
    each = (said.float() - wanted.float()).square().mean(dim=(1, 2, 3))
    if gamma is not None:
        # A zero-terminal schedule has SNR 0 at the end; the smallest float keeps 0 / 0 out.
        snr = (a / (1 - a)).clamp(min=1e-8)
        below = snr if prediction == "epsilon" else snr + 1
        each = each * (snr.clamp(max=gamma) / below)
    return each.mean()

"""What is learned from a noisy picture: its timestep and its target; knows no network and no loss.

Notation: x picture latents, e noise, a = alphas_cumprod[t], SNR = a / (1 - a).
"""

from __future__ import annotations

from collections.abc import Sequence
from math import exp
from statistics import NormalDist
from typing import Literal

import torch
from torch import Tensor

Prediction = Literal["epsilon", "v_prediction", "flow"]

_normal = NormalDist()


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
    return placed(strata(chances), timesteps, first)


def strata(chances: Sequence[float]) -> list[float]:
    """Shares of the range, one in each of as many equal strata."""
    return [(i + u) / len(chances) for i, u in enumerate(chances)]


def logistic(chances: Sequence[float], scale: float = 1.0) -> list[float]:
    """Shares drawn each by itself as the logistic of a normal number times `scale`: the middle is
    looked at most often (Esser et al. 2024, 2403.03206, section 3.1, with m = 0)."""
    least = 1e-9
    held = [min(max(u, least), 1.0 - least) for u in chances]
    return [1.0 / (1.0 + exp(-scale * _normal.inv_cdf(u))) for u in held]


def leaning(share: float, shift: float) -> float:
    """A share that leans to the noise where shift is above 1 (there, section 5.3.2): shift·s /
    (1 + (shift - 1)·s)."""
    return shift * share / (1.0 + (shift - 1.0) * share)


def placed(shares: Sequence[float], timesteps: int, first: int = 0) -> Tensor:
    """(n,) int64 timesteps at shares (0 to 1) of the range; arguments as in `stratified`."""
    count = timesteps - first
    return torch.tensor([first + min(int(s * count), count - 1) for s in shares], dtype=torch.long)


def noised(x: Tensor, e: Tensor, a: Tensor, prediction: Prediction = "epsilon") -> Tensor:
    """x_t = sqrt(a) x + sqrt(1 - a) e; x, e: (n, c, h, w), a: (n,).

    Of a flow the same, scaled to x_s = (1 - s) x + s e.
    """
    a = a.view(-1, 1, 1, 1)
    signal, noise = a.sqrt(), (1 - a).sqrt()
    if prediction == "flow":
        signal, noise = signal / (signal + noise), noise / (signal + noise)
    return signal * x + noise * e


def target(x: Tensor, e: Tensor, a: Tensor, prediction: Prediction) -> Tensor:
    """What the network should say: e, v = sqrt(a) e - sqrt(1 - a) x (Salimans & Ho 2022), or the
    flow e - x (Lipman et al. 2022, 2210.02747)."""
    if prediction == "epsilon":
        return e
    if prediction == "flow":
        return e - x
    a = a.view(-1, 1, 1, 1)
    return a.sqrt() * e - (1 - a).sqrt() * x

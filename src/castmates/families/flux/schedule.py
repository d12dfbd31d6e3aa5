"""The levels of a flow as shares of signal; knows no network."""

from __future__ import annotations

import torch
from torch import Tensor

TIMESTEPS = 1000


def alphas_cumprod(timesteps: int = TIMESTEPS) -> Tensor:
    """(timesteps,) float32: the share of signal, in variance, left at each timestep.

    At timestep t, s = (t + 1) / timesteps in x = (1 - s) x0 + s e; the last is pure noise.
    """
    s = torch.arange(1, timesteps + 1, dtype=torch.float64) / timesteps
    return ((1 - s) ** 2 / ((1 - s) ** 2 + s**2)).float()

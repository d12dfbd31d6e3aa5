"""The noise levels that an SD 1.x base was trained on; knows no network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from castmates.core.errors import BadInput


def alphas_cumprod(scheduler: Mapping[str, Any]) -> Tensor:
    """(timesteps,) float32: the share of signal, in variance, left at each timestep.

    Args:
        scheduler: a diffusers scheduler's configuration.

    Raises:
        BadInput: a schedule that is not known.
    """
    given = scheduler.get("trained_betas")
    betas = torch.tensor(given, dtype=torch.float32) if given is not None else _betas(scheduler)
    if scheduler.get("rescale_betas_zero_snr", False):
        betas = _zero_terminal(betas)
    return (1.0 - betas).cumprod(0)


def _betas(scheduler: Mapping[str, Any]) -> Tensor:
    count = int(scheduler.get("num_train_timesteps", 1000))
    first = float(scheduler.get("beta_start", 0.00085))
    last = float(scheduler.get("beta_end", 0.012))
    kind = scheduler.get("beta_schedule", "scaled_linear")
    if kind == "scaled_linear":
        return torch.linspace(first**0.5, last**0.5, count, dtype=torch.float32) ** 2
    if kind == "linear":
        return torch.linspace(first, last, count, dtype=torch.float32)
    raise BadInput(
        f"scheduler_config.json says beta_schedule '{kind}'.", "Wanted scaled_linear or linear."
    )


def _zero_terminal(betas: Tensor) -> Tensor:
    """Betas whose last level is pure noise (Lin et al. 2023, 2305.08891, algorithm 1)."""
    roots = (1.0 - betas).cumprod(0).sqrt()
    first, last = roots[0].clone(), roots[-1].clone()
    squares = ((roots - last) * (first / (first - last))) ** 2
    return 1.0 - torch.cat([squares[:1], squares[1:] / squares[:-1]])

"""The arithmetic of the diffusion: noised latents, v targets, timesteps; knows no network."""

from __future__ import annotations

import torch
from torch import Tensor

from storybook.train.networks import build_scheduler

STEPS = 1000


def kept_signal() -> Tensor:
    """(1000,) share of signal power left at each timestep; exactly zero at the last."""
    kept: Tensor = build_scheduler().alphas_cumprod.float()
    return kept


def stratified(count: int, noise: torch.Generator, lean: float = 1.0) -> Tensor:
    """(count,) timesteps, one from each of `count` equal stretches, in random order.

    A `lean` below 1 raises the share of high noise, where the words decide the picture, at the
    cost of low noise, where a small latent holds little that can be foretold.

    Kingma et al. 2021 (2107.00630), section "low-discrepancy sampler": a batch sees all noise
    levels, so its loss is less noisy.
    """
    even = (torch.arange(count) + torch.rand(count, generator=noise)) / count
    order = torch.randperm(count, generator=noise)
    return (even**lean * STEPS).long().clamp(max=STEPS - 1)[order]


def noised(latents: Tensor, noise: Tensor, kept: Tensor) -> tuple[Tensor, Tensor]:
    """The noised latents and the v to be predicted (Salimans & Ho 2022, 2202.00512).

    Args:
        latents, noise: (n, c, h, w).
        kept: (n,) share of signal power at each row's timestep.
    """
    signal = kept.sqrt().view(-1, 1, 1, 1)
    rest = (1 - kept).sqrt().view(-1, 1, 1, 1)
    return signal * latents + rest * noise, signal * noise - rest * latents


def guided(plain: Tensor, told: Tensor, scale: float, rescale: float) -> Tensor:
    """Classifier-free guidance, its spread drawn back towards the told prediction's.

    Ho & Salimans 2022 (2207.12598); rescaling by Lin et al. 2023 (2305.08891), section 3.4.
    """
    pushed = plain + scale * (told - plain)
    spread = told.std((1, 2, 3), keepdim=True) / pushed.std((1, 2, 3), keepdim=True)
    return pushed * (rescale * spread + 1 - rescale)

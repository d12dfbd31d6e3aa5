"""Encodes rendered pictures once into unit mean latents on disk; trains nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from castmates.core.events import Began, Measured, Moved, Tell
from storybook.train.data import Rendered
from storybook.train.networks import autocast
from storybook.train.settings import Machine
from storybook.train.vae import fold, to_tensor

BATCH = 64


@torch.no_grad()
def encode(vae: Any, drawn: Rendered, machine: Machine, tell: Tell) -> Tensor:
    """(n, c, h/8, w/8) float16 means of the latents of every picture."""
    total = len(drawn.images)
    tell(Began(what="latents", total=total, unit="pictures"))
    parts = []
    for begin in range(0, total, BATCH):
        pictures = to_tensor(drawn.images[begin : begin + BATCH]).to(machine.device)
        with autocast(machine):
            parts.append(vae.encode(pictures).latent_dist.mean.float().half().cpu())
        if begin % (BATCH * 50) == 0:
            tell(Moved(what="latents", done=begin))
    return torch.cat(parts)


def normalise(vae: Any, drawn: Rendered, machine: Machine, tell: Tell) -> None:
    """Measure the latents of up to 4000 pictures and fold mean and deviation into the VAE."""
    some = Rendered(drawn.plan, drawn.images[:4000], drawn.eyes[:4000])
    latents = encode(vae, some, machine, tell).float()
    mean, deviation = latents.mean((0, 2, 3)), latents.std((0, 2, 3))
    fold(vae, mean.to(machine.device), deviation.to(machine.device))
    tell(Measured(name="latent deviation before folding", value=float(deviation.mean())))


def cached(vae: Any, drawn: Rendered, machine: Machine, path: Path, tell: Tell) -> Tensor:
    """The latents of `drawn`, from `path` where they were encoded before."""
    if path.exists():
        return torch.from_numpy(np.load(path))
    latents = encode(vae, drawn, machine, tell)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.save(path, latents.numpy())
    return latents

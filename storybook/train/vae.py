"""Trains the VAE on crops of rendered pictures; knows nothing of captions or diffusion.

Loss: see `losses`. The encoder samples its latents during training (Kingma & Welling 2013).
"""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from castmates.core.events import Began, Made, Measured, Moved, Tell
from storybook.train.data import Rendered, render
from storybook.train.loop import Loop
from storybook.train.losses import divergence, eye_weight, reconstruction
from storybook.train.networks import autocast
from storybook.train.settings import Job, VaeSettings

CHECKED = 64


class Crops:
    """Random crops, with the extra weight of their eyes, from several sets of renders."""

    def __init__(self, sets: list[Rendered], settings: VaeSettings, held: int = CHECKED) -> None:
        self._sets = sets
        self._settings = settings
        self._held = held

    def batch(self, noise: torch.Generator) -> tuple[Tensor, Tensor]:
        """(n, 3, c, c) in -1..1 and (n, 1, c, c) extra weights."""
        crop = self._settings.crop
        pictures, weights = [], []
        for choice in torch.rand(self._settings.batch, 5, generator=noise).tolist():
            chosen = self._sets[int(choice[0] * len(self._sets))]
            index = int(choice[1] * (len(chosen.images) - self._held))
            space = chosen.plan.size - crop
            row, column = int(choice[2] * (space + 1)), int(choice[3] * (space + 1))
            picture = chosen.images[index, row : row + crop, column : column + crop]
            weight = eye_weight(
                chosen.eyes[index], chosen.plan.size, (row, column), crop, self._settings.eyes
            )
            mirrored = choice[4] < 0.5
            pictures.append(picture[:, ::-1] if mirrored else picture)
            weights.append(weight[:, ::-1] if mirrored else weight)
        return to_tensor(np.stack(pictures)), torch.from_numpy(np.stack(weights))[:, None]


def to_tensor(pictures: NDArray[np.uint8]) -> Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, h, w) float in -1..1, channels last."""
    scaled = torch.from_numpy(np.array(pictures)).float() / 127.5 - 1
    return scaled.permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def to_pixels(pictures: Tensor) -> NDArray[np.uint8]:
    """(n, 3, h, w) in -1..1 -> (n, h, w, 3) uint8."""
    scaled = (pictures.float().clamp(-1, 1) + 1) * 127.5
    pixels: NDArray[np.uint8] = scaled.round().byte().permute(0, 2, 3, 1).cpu().numpy()
    return pixels


@torch.no_grad()
def fidelity(vae: Any, pictures: NDArray[np.uint8], job: Job) -> tuple[float, NDArray[np.uint8]]:
    """PSNR in dB of pictures through the VAE, and what came back."""
    drawn = to_tensor(pictures).to(job.machine.device)
    with autocast(job.machine):
        decoded = vae.decode(vae.encode(drawn).latent_dist.mean).sample
    return decibels(decoded.float(), drawn), to_pixels(decoded)


def decibels(decoded: Tensor, drawn: Tensor) -> float:
    """PSNR in dB of pictures in -1..1."""
    error = float(((decoded.clamp(-1, 1) - drawn) ** 2).mean())
    return 10 * math.log10(4 / max(error, 1e-9))


def train_vae(vae: Any, settings: VaeSettings, job: Job, folder: Path, tell: Tell) -> Any:
    """Train on, save into `folder` as diffusers does, and tell the PSNR on held-back renders."""
    sets = [render(plan, job.work, job.machine.processes, tell) for plan in settings.sets]
    vae = vae.to(job.machine.device, memory_format=torch.channels_last).train()
    loop = Loop(job.work / "vae.ckpt", {"vae": vae}, job.budget, settings.rate, job.seed)
    loop.resume()
    crops = Crops(sets, settings)
    tell(Began(what="vae", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        pictures, extra = (t.to(job.machine.device) for t in crops.batch(loop.noise))
        with autocast(job.machine):
            latents = vae.encode(pictures).latent_dist
            decoded = vae.decode(latents.sample()).sample
        loss = reconstruction(decoded.float(), pictures, extra)
        loss = loss + settings.kl * divergence(latents.mean.float(), latents.logvar.float())
        loop.learn(loss, settings.batch)
        if loop.step % 100 == 0:
            tell(Moved(what="vae", done=loop.step, note=f"loss {loop.loss:.4f}"))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    vae.eval()
    vae.save_pretrained(folder)
    tell(Made(what="vae", path=str(folder)))
    figure, _ = fidelity(vae, sets[0].images[-CHECKED:], job)
    tell(Measured(name="vae psnr, dB", value=figure, at=loop.totals.samples))
    return vae


@torch.no_grad()
def fold(vae: Any, mean: Tensor, deviation: Tensor) -> None:
    """Make the latents unit: fold each channel's mean and deviation into the 1x1 convolutions.

    Exact: decode(encode(x).mean) is unchanged, and the stock pipeline works with a scaling
    factor of 1.

    Args:
        mean, deviation: (c,) of the latents over many pictures.
    """
    channels = mean.shape[0]
    quant, post = vae.quant_conv, vae.post_quant_conv
    quant.bias[:channels] -= mean
    quant.bias[:channels] /= deviation
    quant.weight[:channels] /= deviation.view(-1, 1, 1, 1)
    quant.bias[channels:] -= 2 * deviation.log()
    post.bias += post.weight[:, :, 0, 0] @ mean
    post.weight *= deviation.view(1, -1, 1, 1)

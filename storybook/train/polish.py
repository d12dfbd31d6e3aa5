"""Polishes the VAE's decoder alone; what the encoder says, and so the latents, stay as they are.

Half of each batch is renders through the encoder, half is what the shipped base itself has drawn
over renders (see `redraw`): a decoder that has only seen encoded pictures paints a U-Net's small
mistakes as smears, one that has seen them draws the flat colour and the line that were meant.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

import storybook.world as world
from castmates.core.events import Began, Measured, Moved, Tell
from storybook.train.data import Rendered, render
from storybook.train.loop import Loop, Totals
from storybook.train.losses import eye_weight, reconstruction
from storybook.train.networks import autocast
from storybook.train.redraw import redrawn_latents
from storybook.train.settings import Job, Pictures, Rate, VaeSettings
from storybook.train.unet import HELD_FIRST, Stretch
from storybook.train.vae import Crops, decibels, fidelity, to_tensor

FACTOR = 8


@dataclass(frozen=True)
class PolishSettings:
    """Which renders are drawn over by the base, how strongly, and how the decoder learns."""

    drawn: Pictures = field(default=Pictures(count=4000))
    strength: float = 0.45
    held_out: int = 256
    rate: Rate = field(default=Rate(peak=6e-4, warmup=60, falling=1.0))


@dataclass(frozen=True)
class DrawnOver:
    """Renders and the latents of what the base has made of them."""

    drawn: Rendered
    latents: NDArray[np.float16]

    def batch(
        self, count: int, crop: int, eyes: float, noise: torch.Generator
    ) -> tuple[Tensor, Tensor, Tensor]:
        """(n, c, k, k) latents, (n, 3, 8k, 8k) pictures in -1..1, (n, 1, 8k, 8k) weights."""
        size = self.drawn.plan.size
        space = (size - crop) // FACTOR
        codes, pictures, weights = [], [], []
        for choice in torch.rand(count, 3, generator=noise).tolist():
            index = int(choice[0] * len(self.latents))
            row, column = int(choice[1] * (space + 1)), int(choice[2] * (space + 1))
            high, wide = (slice(at, at + crop // FACTOR) for at in (row, column))
            codes.append(self.latents[index, :, high, wide])
            corner = (row * FACTOR, column * FACTOR)
            high, wide = (slice(at, at + crop) for at in corner)
            pictures.append(self.drawn.images[index, high, wide])
            weights.append(eye_weight(self.drawn.eyes[index], size, corner, crop, eyes))
        latents = torch.from_numpy(np.stack(codes)).float()
        return latents, to_tensor(np.stack(pictures)), torch.from_numpy(np.stack(weights))[:, None]


def polish_decoder(
    vae: Any, settings: VaeSettings, polish: PolishSettings, job: Job, tell: Tell
) -> Stretch:
    """Train the decoder on; the stretch is judged by decoded error, both kinds together.

    Raises FileNotFoundError where no shipped base can draw over renders.
    """
    device = job.machine.device
    over = _drawn_over(polish.drawn, polish, job, tell)
    held = _drawn_over(Pictures(count=polish.held_out, first=HELD_FIRST), polish, job, tell)
    crops = Crops(
        [render(p, job.work, job.machine.processes, tell) for p in settings.sets],
        replace(settings, batch=settings.batch // 2),
    )
    vae = vae.to(device, memory_format=torch.channels_last)
    before = _figure(vae, held, job, "before", tell)
    vae.requires_grad_(False).train()
    for part in (vae.decoder, vae.post_quant_conv):
        part.requires_grad_(True)
    loop = Loop(job.work / "decoder.ckpt", {"vae": vae}, job.budget, polish.rate, job.seed)
    loop.resume()
    tell(Began(what="decoder", unit="minutes"))
    while loop.done < 1:
        loop.clock.start()
        pictures, extra = crops.batch(loop.noise)
        codes, targets, more = over.batch(
            settings.batch // 2, settings.crop, settings.eyes, loop.noise
        )
        with autocast(job.machine):
            with torch.no_grad():
                clean = vae.encode(pictures.to(device)).latent_dist.mean
            decoded = vae.decode(torch.cat([clean.float(), codes.to(device)])).sample
        wanted = torch.cat([pictures, targets]).to(device)
        loss = reconstruction(decoded.float(), wanted, torch.cat([extra, more]).to(device))
        loop.learn(loss, settings.batch)
        if loop.step % 100 == 0:
            note = f"loss {loop.loss:.4f}, {loop.clock.minutes:.1f} min"
            tell(Moved(what="decoder", done=loop.step, note=note))
        loop.save_now_and_then()
    loop.save_now_and_then(finished=True)
    vae.requires_grad_(True).eval()
    return Stretch(before, _figure(vae, held, job, "after", tell), Totals())


def _drawn_over(plan: Pictures, polish: PolishSettings, job: Job, tell: Tell) -> DrawnOver:
    drawn = render(plan, job.work, job.machine.processes, tell)
    rng = random.Random(job.seed)
    captions = [world.caption(spec, rng, 0.0) for spec in drawn.specs]
    name = f"decoder-{plan.first}"
    latents = redrawn_latents(job, name, drawn.images, captions, polish.strength, tell)
    if latents is None:
        raise FileNotFoundError(f"no base in {job.embedded} that could draw over renders")
    return DrawnOver(drawn, latents)


@torch.no_grad()
def _figure(vae: Any, held: DrawnOver, job: Job, when: str, tell: Tell) -> float:
    """Minus the mean of both PSNR in dB: lower is better, as with losses."""
    vae.eval()
    clean, _ = fidelity(vae, held.drawn.images, job)
    codes = torch.from_numpy(np.array(held.latents)).float().to(job.machine.device)
    with autocast(job.machine):
        decoded = vae.decode(codes).sample
    over = decibels(decoded.float(), to_tensor(held.drawn.images).to(job.machine.device))
    tell(Measured(name=f"renders through the VAE {when}, dB", value=clean))
    tell(Measured(name=f"drawn over by the base {when}, dB", value=over))
    return -(clean + over) / 2

"""Redraws renders with the base itself: the judges shall learn from drawn pictures; trains nothing.

Image to image (SDEdit, Meng et al. 2021, 2108.01073): a render's latents are noised part of the way
and drawn back with its own caption. What the tags say mostly stays; the hand is the base's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from castmates.core.events import Began, Moved, Tell
from storybook.train.diffusion import guided, noised
from storybook.train.networks import autocast, build_scheduler, ready_unet
from storybook.train.settings import Job, Machine
from storybook.train.ship import read_base
from storybook.train.tokenizer import tokens_of
from storybook.train.vae import to_pixels, to_tensor

Pixels = NDArray[np.uint8]
BATCH, STEPS = 32, 10


def redrawn(
    job: Job, name: str, images: Pixels, captions: list[str], most: float, tell: Tell
) -> Pixels | None:
    """The pictures as the shipped base draws them, kept in the work folder; None without a base.

    Args:
        most: the largest strength, 0..1; each batch has its own between .2 and this.
    """
    name = f"{name}-{len(images)}-{_digest(job, 'unet', 'vae')}"
    return _kept(job, name, images, captions, most, tell, decoded)


def redrawn_latents(
    job: Job, name: str, images: Pixels, captions: list[str], most: float, tell: Tell
) -> NDArray[np.float16] | None:
    """The latents of the redrawn pictures, (n, c, h/8, w/8); else as `redrawn`."""
    name = f"{name}-latents-{len(images)}-{_digest(job, 'unet')}"
    return _kept(job, name, images, captions, most, tell, as_they_are)


Finish = Callable[[dict[str, Any], Tensor, Machine], NDArray[Any]]


def decoded(parts: dict[str, Any], latents: Tensor, machine: Machine) -> Pixels:
    """Latents -> pixels by the base's decoder."""
    with autocast(machine):
        return to_pixels(parts["vae"].decode(latents).sample)


def as_they_are(parts: dict[str, Any], latents: Tensor, machine: Machine) -> NDArray[np.float16]:
    """Latents as float16."""
    del parts, machine
    halves: NDArray[np.float16] = latents.half().cpu().numpy()
    return halves


def _kept(
    job: Job,
    name: str,
    images: Pixels,
    captions: list[str],
    most: float,
    tell: Tell,
    finish: Finish,
) -> NDArray[Any] | None:
    folder = job.embedded / "base"
    if not len(images) or job.from_scratch or not (folder / "model_index.json").exists():
        return None
    path = job.work / "redrawn" / f"{name}.npy"
    if not path.exists():
        parts = read_base(folder)
        parts["unet"] = ready_unet(parts["unet"], job.machine).eval()
        for part in ("vae", "text_encoder"):
            parts[part] = parts[part].to(job.machine.device).eval()
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, _redraw_all(parts, images, captions, most, job, tell, finish))
    kept: NDArray[Any] = np.load(path, mmap_mode="r")
    return kept


def _digest(job: Job, *networks: str) -> str:
    """What the pictures depend on: eight letters of these networks of the shipped base."""
    digest = hashlib.sha256()
    for network in networks:
        for path in sorted((job.embedded / "base" / network).glob("*.safetensors")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:8]


@torch.no_grad()
def _redraw_all(
    parts: dict[str, Any],
    images: Pixels,
    captions: list[str],
    most: float,
    job: Job,
    tell: Tell,
    finish: Finish,
) -> NDArray[Any]:
    tell(Began(what="redraw", total=len(images), unit="pictures"))
    noise = torch.Generator().manual_seed(job.seed)
    done = []
    for begin in range(0, len(images), BATCH):
        part = slice(begin, begin + BATCH)
        strength = 0.2 + (most - 0.2) * float(torch.rand((), generator=noise))
        latents = _redraw(parts, images[part], captions[part], strength, job.machine, noise)
        done.append(finish(parts, latents, job.machine))
        if begin % (BATCH * 16) == 0:
            tell(Moved(what="redraw", done=begin))
    return np.concatenate(done)


def _redraw(
    parts: dict[str, Any],
    images: Pixels,
    captions: list[str],
    strength: float,
    machine: Machine,
    noise: torch.Generator,
) -> Tensor:
    scheduler = build_scheduler()
    scheduler.set_timesteps(STEPS)
    times = [t for t in scheduler.timesteps if int(t) <= strength * 1000]
    tokens = tokens_of(parts["tokenizer"], [""] * len(captions) + list(captions))
    with autocast(machine):
        states = parts["text_encoder"](tokens.to(machine.device))[0]
        latents = parts["vae"].encode(to_tensor(images).to(machine.device)).latent_dist.mean.float()
        kept = scheduler.alphas_cumprod[times[0]].expand(len(images)).to(machine.device)
        chance = torch.randn(latents.shape, generator=noise).to(machine.device)
        latents, _ = noised(latents, chance, kept)
        for time in times:
            said: Tensor = parts["unet"](torch.cat([latents, latents]), time, states).sample.float()
            plain, told = said.chunk(2)
            velocity = guided(plain, told, scale=3.0, rescale=0.5)
            latents = scheduler.step(velocity, time, latents).prev_sample
    drawn: Tensor = latents
    return drawn

"""Makes crisp renders look like drawn pictures: softer, noisier, through a VAE; knows no labels.

The tagger and the encoder judge what the base draws. A network that saw only renders trusts edges
that a drawn picture does not have, so each training picture is shifted, tinted, blurred, given
noise, pressed as JPEG, and now and then sent through the base's own VAE with disturbed latents.
"""

from __future__ import annotations

import io
import random
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor
from torch.nn import functional

from storybook.train.networks import autocast
from storybook.train.settings import Machine
from storybook.train.vae import to_tensor

Pixels = NDArray[np.uint8]


class Degrade:
    """Random degradations of a batch; `vae` may be missing."""

    def __init__(self, vae: Any | None, machine: Machine, seed: int, mirror: bool) -> None:
        self._vae = vae
        self._machine = machine
        self._mirror = mirror
        self.rng = random.Random(seed)
        self.noise = torch.Generator().manual_seed(seed)

    def __call__(self, pictures: Pixels) -> Tensor:
        """(n, h, w, 3) uint8 -> (n, 3, h, w) float in -1..1, channels last."""
        pressed = np.stack([self._pressed(picture) for picture in pictures])
        batch = self._moved(to_tensor(pressed))
        batch = self._through_vae(batch)
        batch = self._softened(batch)
        return self._tinted(batch).clamp(-1, 1).contiguous(memory_format=torch.channels_last)

    def _uniform(self, count: int) -> Tensor:
        return torch.rand(count, generator=self.noise)

    def _pressed(self, picture: Pixels) -> Pixels:
        if self._mirror and self.rng.random() < 0.3:
            picture = picture[:, ::-1]
        if self.rng.random() >= 0.15:
            return picture
        buffer = io.BytesIO()
        Image.fromarray(np.ascontiguousarray(picture)).save(
            buffer, format="JPEG", quality=self.rng.randint(35, 92)
        )
        return np.asarray(Image.open(buffer))

    def _moved(self, batch: Tensor) -> Tensor:
        """Small shifts, scales and turns of two thirds of the pictures."""
        count = len(batch)
        on = (self._uniform(count) < 0.66).float()
        turn = (self._uniform(count) - 0.5) * 0.14 * on
        scale = 1 + (self._uniform(count) - 0.5) * 0.2 * on
        shift = (torch.rand(count, 2, generator=self.noise) - 0.5) * 0.16 * on[:, None]
        rows = torch.stack([scale * turn.cos(), -scale * turn.sin(), shift[:, 0]], 1)
        more = torch.stack([scale * turn.sin(), scale * turn.cos(), shift[:, 1]], 1)
        places = functional.affine_grid(
            torch.stack([rows, more], 1), list(batch.shape), align_corners=False
        )
        return functional.grid_sample(batch, places, padding_mode="reflection", align_corners=False)

    def _through_vae(self, batch: Tensor) -> Tensor:
        """A few of the batch through encoder and decoder, the latents disturbed (the costliest)."""
        if self._vae is None:
            return batch
        count = max(1, len(batch) // 64)
        device = self._machine.device
        with torch.no_grad(), autocast(self._machine):
            some = batch[:count].to(device).contiguous(memory_format=torch.channels_last)
            code = self._vae.encode(some).latent_dist.mean
            noise = torch.randn(code.shape, generator=self.noise).to(device)
            strength = (self._uniform(count) * 0.45).view(-1, 1, 1, 1).to(device)
            decoded = self._vae.decode(code + strength * noise).sample.float()
        return torch.cat([decoded.cpu(), batch[count:]])

    def _softened(self, batch: Tensor) -> Tensor:
        """A third of the pictures smaller and back again."""
        side = batch.shape[-1]
        small = int(side * self.rng.uniform(0.4, 0.85))
        on = self._uniform(len(batch)) < 0.33
        if not bool(on.any()):
            return batch
        soft = functional.interpolate(
            batch[on], size=(small, small), mode="bilinear", antialias=True
        )
        batch[on] = functional.interpolate(soft, size=(side, side), mode="bilinear")
        return batch

    def _tinted(self, batch: Tensor) -> Tensor:
        """Small changes of light and tint, and noise, on most pictures."""
        count = len(batch)
        tint = (torch.rand(count, 3, 1, 1, generator=self.noise) - 0.5) * 0.16
        gain = 1 + (self._uniform(count).view(-1, 1, 1, 1) - 0.5) * 0.24
        strength = (self._uniform(count) ** 2 * 0.14).view(-1, 1, 1, 1)
        noise = torch.randn(batch.shape, generator=self.noise)
        return batch * gain + tint + noise * strength

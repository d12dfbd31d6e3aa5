"""Draws the sixteen fixed prompts with a base and lays pictures out on a sheet; trains nothing."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image

from storybook.train.diffusion import guided
from storybook.train.networks import autocast, build_scheduler
from storybook.train.settings import Machine
from storybook.train.tokenizer import tokens_of
from storybook.train.vae import to_pixels

Pixels = NDArray[np.uint8]

PROMPTS = (
    "1girl, solo, pale skin, long hair, blonde hair, blue eyes, red dress, standing, smile, "
    "from front, full body, forest, flat color",
    "1girl, solo, brown skin, twintails, pink hair, green eyes, yellow raincoat, waving, "
    "open mouth, upper body, beach, ink outline",
    "1fox, solo, orange fur, green eyes, blue hoodie, running, smile, full body, snow, flat color",
    "1bear, solo, brown fur, brown eyes, green overalls, sitting, closed eyes, full body, "
    "white background, ink outline",
    "1cat, solo, grey fur, purple eyes, pink dress, christmas hat, standing, smile, full body, "
    "city, flat color",
    "1robot, solo, blue metal, green eyes, orange hoodie, jumping, open mouth, full body, space, "
    "flat color",
    "1boy, solo, tan skin, spiky hair, red hair, brown eyes, green striped shirt, "
    "holding blue balloon, standing, smile, full body, meadow, flat color",
    "1rabbit, solo, white fur, black eyes, red scarf, blue overalls, from side, smile, close-up, "
    "bedroom, flat color",
    "1boy, solo, dark skin, bowl cut, black hair, glasses, purple hoodie, arms up, surprised, "
    "full body, castle, flat color",
    "1rabbit, solo, blue fur, green eyes, yellow shirt, waving, smile, full body, meadow, "
    "flat color",
    "1girl, solo, twintails, green hair, pale skin, brown eyes, blue hoodie, standing, full body, "
    "underwater, ink outline",
    "1girl, solo, curly hair, white hair, brown skin, blue eyes, freckles, pink dress, crown, "
    "smile, close-up, pink background, flat color",
    "1fox, solo, cream fur, cowboy hat, blue eyes, red overalls, angry, desert, full body, "
    "standing, flat color",
    "1boy, solo, from behind, red hoodie, blue hair, short hair, forest, full body, night",
    "2 characters, beach, full body, flat color, left: girl, red hair, bob cut, pale skin, "
    "blue dress, smile, right: fox, orange fur, green hoodie, smile",
    "2 characters, white background, full body, ink outline, left: cat, black fur, yellow shirt, "
    "sad, right: rabbit, white fur, pink dress, smile",
)
"""Kinds, colours, hats, poses, scenes; the tenth and eleventh are combinations never trained."""


@torch.no_grad()
def draw_prompts(
    parts: dict[str, Any], prompts: Sequence[str], machine: Machine, seed: int = 0
) -> list[Pixels]:
    """Pictures of prompts by DDIM, 20 trailing steps, guidance 4 rescaled by half (Lin et al.).

    Args:
        parts: vae, unet, text_encoder and tokenizer of the base.
        seed: the first picture's; each next picture has the next seed.
    """
    generators = [torch.Generator().manual_seed(seed + i) for i in range(len(prompts))]
    side = parts["unet"].config.sample_size
    shape = (parts["unet"].config.in_channels, side, side)
    latents = torch.stack([torch.randn(shape, generator=g) for g in generators])
    latents = latents.to(machine.device)
    tokens = tokens_of(parts["tokenizer"], [""] * len(prompts) + list(prompts)).to(machine.device)
    scheduler = build_scheduler()
    scheduler.set_timesteps(20)
    with autocast(machine):
        states = parts["text_encoder"](tokens)[0]
        for time in scheduler.timesteps:
            said = parts["unet"](torch.cat([latents, latents]), time, states).sample.float()
            plain, told = said.chunk(2)
            velocity = guided(plain, told, scale=4.0, rescale=0.5)
            latents = scheduler.step(velocity, time, latents).prev_sample
        decoded = parts["vae"].decode(latents).sample
    return list(to_pixels(decoded))


def grid(pictures: Sequence[Pixels], columns: int) -> Pixels:
    """Pictures of one size as one picture, row by row, the rest of the last row white."""
    blank = np.full_like(pictures[0], 255)
    rows = [list(pictures[i : i + columns]) for i in range(0, len(pictures), columns)]
    rows[-1] += [blank] * (columns - len(rows[-1]))
    return np.concatenate([np.concatenate(row, 1) for row in rows], 0)


def save_sheet(picture: Pixels, path: Path, colours: int = 128) -> None:
    """Write a PNG of few colours: small enough to live in the repository."""
    small = Image.fromarray(picture).quantize(colours, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    small.save(buffer, format="PNG", optimize=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(buffer.getvalue())

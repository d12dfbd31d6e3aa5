"""An adapter file draws the same pictures in plain diffusers as in our painter."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.adapters.file import load, save
from castmates.adapters.lora import fresh
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.noise import noise
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import folder_of, open_base

pytestmark = [
    pytest.mark.slow,
    # diffusers and transformers tell of themselves while a pipeline loads.
    pytest.mark.filterwarnings("ignore"),
]

WORDS = "pip, 1girl, solo, standing, smile, full body, snow, christmas hat, flat color"


def random_adapter(base: Base, path: Path) -> Path:
    """A file with a LoCon that changes pictures clearly."""
    adapter = fresh(base.bank, "pip", rank=8, alpha=8.0, conv_rank=8, conv_alpha=8.0, seed=3)
    numbers = torch.Generator().manual_seed(3)
    factors = {
        key: replace(f, up=0.02 * torch.randn(f.up.shape, generator=numbers))
        for key, f in adapter.factors.items()
    }
    save(path, replace(adapter, factors=factors), {"ss_output_name": "pip"})
    return path


def ours(base: Base, adapter: Path, shots: list[Shot]) -> list[Pixels]:
    """The shots by our painter in float32, all in one batch."""
    base.bank.add(load(adapter, "pip"))
    drawn = sorted(Painter(base, precise=True).draw(shots), key=lambda d: d.index)
    base.bank.remove("pip")
    return [d.pixels for d in drawn]


def theirs(base: Base, adapter: Path, shots: list[Shot]) -> list[Pixels]:
    """The same from the base's folder by diffusers alone, one at a time, from the same latents."""
    from diffusers import StableDiffusionPipeline

    pipeline = StableDiffusionPipeline.from_pretrained(
        folder_of("storybook")[0], torch_dtype=torch.float32, local_files_only=True
    )
    pipeline.load_lora_weights(adapter)
    pipeline.set_progress_bar_config(disable=True)
    facts, found = base.facts, []
    side = facts.native_size // 8
    for shot in shots:
        done = pipeline(
            shot.words,
            num_inference_steps=shot.steps or facts.steps,
            guidance_scale=facts.guidance,
            guidance_rescale=facts.guidance_rescale,
            width=facts.native_size,
            height=facts.native_size,
            latents=noise(shot.seed, (pipeline.unet.config.in_channels, side, side))[None],
            output_type="np",
        )
        found.append((done.images[0] * 255).round().astype(np.uint8))
    return found


def test_the_same_latents_give_the_same_picture(tmp_path: Path) -> None:
    base = open_base("storybook")
    adapter = random_adapter(base, tmp_path / "pip.safetensors")
    use = (AdapterUse(name="pip", strength=1.0),)
    shots = [Shot(words=WORDS, seed=seed, sampler="ddim", adapters=use) for seed in (1, 2)]
    plain = ours(base, adapter, [shots[0].model_copy(update={"adapters": ()})])[0]
    for mine, diffusers in zip(
        ours(base, adapter, shots), theirs(base, adapter, shots), strict=True
    ):
        assert np.abs(mine.astype(int) - diffusers.astype(int)).max() <= 2
    # The adapter does change the picture: agreement about nothing would prove nothing.
    assert np.abs(ours(base, adapter, shots)[0].astype(int) - plain.astype(int)).max() > 20

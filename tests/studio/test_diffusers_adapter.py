"""An adapter that diffusers and peft made and wrote draws the same pictures here as there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from castmates.adapters.file import load, save
from castmates.core.ports import Pixels
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.noise import noise
from castmates.drawing.painter import Painter
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base

pytestmark = [
    pytest.mark.slow,
    # diffusers, transformers and peft tell of themselves while a pipeline loads.
    pytest.mark.filterwarnings("ignore"),
]

WORDS, STEPS, GUIDANCE = "a fox in snow", 6, 3.0


def pipeline(base: Path) -> Any:
    from diffusers import DDIMScheduler, StableDiffusionPipeline

    made = StableDiffusionPipeline.from_pretrained(
        base, torch_dtype=torch.float32, local_files_only=True
    )
    made.scheduler = DDIMScheduler.from_config(
        made.scheduler.config, timestep_spacing="trailing", set_alpha_to_one=True
    )
    made.set_progress_bar_config(disable=True)
    return made


def made_by_diffusers(base: Path, folder: Path) -> Path:
    """A LoRA on U-Net and text encoder, as the training scripts of diffusers save it."""
    from peft import LoraConfig, get_peft_model_state_dict

    pipe = pipeline(base)
    numbers = torch.Generator().manual_seed(5)
    states = {}
    for part, targets in (
        ("unet", ["to_q", "to_k", "to_v", "to_out.0"]),
        ("text_encoder", ["q_proj", "v_proj"]),
    ):
        model = getattr(pipe, part)
        model.add_adapter(LoraConfig(r=4, lora_alpha=4, target_modules=targets))
        with torch.no_grad():
            for name, value in model.named_parameters():
                if ".lora_" in name:
                    value.copy_(0.3 * torch.randn(value.shape, generator=numbers))
        states[part] = get_peft_model_state_dict(model)
    type(pipe).save_lora_weights(
        folder, unet_lora_layers=states["unet"], text_encoder_lora_layers=states["text_encoder"]
    )
    return folder / "pytorch_lora_weights.safetensors"


def theirs(base: Path, adapter: Path | None, seed: int) -> Pixels:
    pipe = pipeline(base)
    if adapter is not None:
        pipe.load_lora_weights(adapter)
    done = pipe(
        WORDS,
        num_inference_steps=STEPS,
        guidance_scale=GUIDANCE,
        width=64,
        height=64,
        latents=noise(seed, (4, 8, 8))[None],
        output_type="np",
    )
    found: Pixels = (done.images[0] * 255).round().astype(np.uint8)
    return found


def ours(base: Path, adapter: Path, seed: int) -> Pixels:
    opened = open_base(base)
    opened.bank.add(load(adapter, "pip"))
    given = {"words": WORDS, "seed": seed, "sampler": "ddim", "steps": STEPS, "size": "64"}
    use = (AdapterUse(name="pip", strength=1.0),)
    shot = Shot.model_validate({**given, "guidance": GUIDANCE, "adapters": use})
    [drawn] = Painter(opened, precise=True).draw([shot])
    return drawn.pixels


def test_its_file_and_ours_of_it_draw_the_same_picture(tmp_path: Path) -> None:
    base = tiny(tmp_path / "base")
    file = made_by_diffusers(base, tmp_path)
    kohya = tmp_path / "kohya.safetensors"
    save(kohya, load(file, "pip"), dtype=torch.float32)
    for seed in (1, 2):
        wanted = theirs(base, file, seed)
        for adapter in (file, kohya):
            assert np.abs(ours(base, adapter, seed).astype(int) - wanted).max() <= 2
        # It does change the picture: agreement about nothing would prove nothing.
        assert np.abs(theirs(base, None, seed).astype(int) - wanted).max() > 20

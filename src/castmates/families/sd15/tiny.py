"""Write an SD 1.x folder with tiny random weights, for tests; it draws nothing but patterns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import torch
from diffusers import DDIMScheduler, UNet2DConditionModel
from transformers import CLIPTextModel

from castmates.families.quiet import quiet
from castmates.families.tiny import WIDTH, text_config, tiny_vae, write_tokenizer


def tiny(
    folder: Path,
    *,
    latents: int = 4,
    prediction: Literal["epsilon", "v_prediction"] = "epsilon",
    zero_snr: bool = False,
    seed: int = 0,
    usual: bool = False,
) -> Path:
    """Write it and return the folder: f = 8, native 64 x 64, a few hundred thousand weights.

    The names of all layers are those of SD 1.x (one layer a block, two levels).

    Args:
        usual: groups of norms and heads as shapes alone tell them (`sizes`), as single files must.
    """
    folder = Path(folder)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        vocabulary = write_tokenizer(folder / "tokenizer")
        tiny_vae(latents, groups=8 if usual else 4).save_pretrained(folder / "vae")
        _unet(latents, 32 if usual else 8).save_pretrained(folder / "unet")
        text = CLIPTextModel(text_config(vocabulary, heads=1 if usual else 4))
        text.save_pretrained(folder / "text_encoder")
    DDIMScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        clip_sample=False,
        timestep_spacing="trailing",
        steps_offset=1,
    ).save_pretrained(folder / "scheduler")
    index = {
        "_class_name": "StableDiffusionPipeline",
        "feature_extractor": [None, None],
        "requires_safety_checker": False,
        "safety_checker": [None, None],
        "scheduler": ["diffusers", "DDIMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "tokenizer": ["transformers", "CLIPTokenizer"],
        "unet": ["diffusers", "UNet2DConditionModel"],
        "vae": ["diffusers", "AutoencoderKL"],
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")
    return folder


def _unet(latents: int, groups: int) -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=latents,
        out_channels=latents,
        block_out_channels=[32, 64],
        layers_per_block=1,
        down_block_types=["CrossAttnDownBlock2D", "DownBlock2D"],
        up_block_types=["UpBlock2D", "CrossAttnUpBlock2D"],
        cross_attention_dim=WIDTH,
        attention_head_dim=8,
        norm_num_groups=groups,
    )

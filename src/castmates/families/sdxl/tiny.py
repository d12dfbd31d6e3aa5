"""Write an SDXL folder with tiny random weights, for tests; it draws nothing but patterns."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import torch
from diffusers import EulerDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from castmates.families.quiet import quiet
from castmates.families.sdxl.facts import PIPELINES
from castmates.families.tiny import text_config, tiny_vae, write_tokenizer

WIDTHS = (32, 48)
"""Of the two text encoders."""
POOLED = 40
SCALE = 0.13025


def tiny(
    folder: Path,
    *,
    prediction: Literal["epsilon", "v_prediction"] = "epsilon",
    zero_snr: bool = False,
    seed: int = 0,
) -> Path:
    """Write it and return the folder: f = 8, native 64 x 64, under a million weights.

    The names of all layers are those of SDXL: three levels, two layers a block, attention in the
    lower two.
    """
    folder = Path(folder)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(seed)
        count = write_tokenizer(folder / "tokenizer")
        write_tokenizer(folder / "tokenizer_2", pad="!</w>")
        tiny_vae(4, scale=SCALE).save_pretrained(folder / "vae")
        _unet().save_pretrained(folder / "unet")
        first = text_config(count, WIDTHS[0], 3, projection=POOLED)
        second = text_config(count, WIDTHS[1], 3, projection=POOLED, activation="gelu")
        CLIPTextModel(first).save_pretrained(folder / "text_encoder")
        CLIPTextModelWithProjection(second).save_pretrained(folder / "text_encoder_2")
    EulerDiscreteScheduler(
        beta_start=0.00085,
        beta_end=0.012,
        beta_schedule="scaled_linear",
        prediction_type=prediction,
        rescale_betas_zero_snr=zero_snr,
        timestep_spacing="leading",
        steps_offset=1,
    ).save_pretrained(folder / "scheduler")
    (folder / "model_index.json").write_text(json.dumps(_INDEX, indent=2), encoding="utf-8")
    return folder


_INDEX = {
    "_class_name": PIPELINES[0],
    "feature_extractor": [None, None],
    "force_zeros_for_empty_prompt": True,
    "image_encoder": [None, None],
    "scheduler": ["diffusers", "EulerDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def _unet() -> UNet2DConditionModel:
    return UNet2DConditionModel(
        sample_size=8,
        in_channels=4,
        out_channels=4,
        block_out_channels=[16, 32, 32],
        layers_per_block=2,
        down_block_types=["DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"],
        up_block_types=["CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"],
        transformer_layers_per_block=[1, 1, 2],
        cross_attention_dim=sum(WIDTHS),
        attention_head_dim=[2, 4, 4],
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=8,
        projection_class_embeddings_input_dim=POOLED + 6 * 8,
        norm_num_groups=8,
    )

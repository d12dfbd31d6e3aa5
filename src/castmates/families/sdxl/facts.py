"""What a diffusers folder says of an SDXL base, and what it lacks to be one; loads no weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.families.facts import Facts, stated, with_stated
from castmates.families.folder import (
    RESCALE_AT_ZERO_SNR,
    missing,
    pipeline_of,
    prediction_of,
    read_config,
)

PIPELINES = ("StableDiffusionXLPipeline", "StableDiffusionXLImg2ImgPipeline")
"""The pipelines of diffusers that a folder may be made for."""
TOKENIZERS = ("tokenizer", "tokenizer_2")
WEIGHTS = ("unet", "vae", "text_encoder", "text_encoder_2")
"""The subfolders that hold weights."""
LAYER = 2
"""The text encoders' layer that speaks, always: the last but one (Podell et al. 2023, 2307.01952,
section 2.1)."""


def lacks(folder: Path) -> list[str]:
    """What is missing of an SDXL base in diffusers form, in words; empty: nothing."""
    kind = pipeline_of(folder)
    if kind not in (*PIPELINES, ""):
        return [f"the form of Stable Diffusion XL (its model_index.json says {kind})"]
    found = missing(folder, WEIGHTS, TOKENIZERS)
    if found and kind:
        return [*found[:-1], f"{found[-1]} (its model_index.json says {kind})"]
    return found or _strange_unet(read_config(folder, "unet/config.json"))


def _strange_unet(unet: Mapping[str, Any]) -> list[str]:
    """Why this U-Net is not one of SDXL."""
    if unet.get("in_channels") != unet.get("out_channels"):
        return ["a U-Net for drawing (this one is for inpainting)"]
    if unet.get("addition_embed_type") != "text_time":
        return ["a U-Net of Stable Diffusion XL (this one is told no sizes)"]
    return []


def facts(folder: Path) -> Facts:
    """The facts of a base: castmates.toml where it has one, else what its own files say.

    Raises:
        BadInput: a configuration that is broken, a prediction that is not known, or a clip skip.
    """
    unet = read_config(folder, "unet/config.json")
    vae = read_config(folder, "vae/config.json")
    scheduler = read_config(folder, "scheduler/scheduler_config.json")
    index = read_config(folder, "model_index.json")
    texts = [read_config(folder, f"{part}/config.json") for part in WEIGHTS[2:]]
    said = stated(folder)
    if said.clip_skip not in (None, LAYER):
        raise BadInput(
            f"{folder} states clip_skip {said.clip_skip}; SDXL always reads the last layer but one "
            f"of its text encoders, which is {LAYER}.",
            "Take the line out.",
        )
    shrink = 2 ** (len(vae.get("block_out_channels", (0, 0, 0, 0))) - 1)
    zero_snr = bool(scheduler.get("rescale_betas_zero_snr", False))
    found = Facts(
        family="sdxl",
        native_size=int(unet.get("sample_size") or 128) * shrink,
        size_multiple=shrink,
        prediction=prediction_of(scheduler, folder),
        guidance=5.0,
        guidance_rescale=RESCALE_AT_ZERO_SNR if zero_snr else 0.0,
        caption_style="both",
        clip_skip=LAYER,
        fixed_layer=True,
        latent_scale=float(vae.get("scaling_factor", 0.13025)),
        pools_text=True,
        text_widths=tuple(int(text["hidden_size"]) for text in texts),
        zero_negative=bool(index.get("force_zeros_for_empty_prompt", True)),
        reads_frame=True,
    )
    return with_stated(found, said)

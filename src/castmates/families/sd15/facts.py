"""What a diffusers folder says of an SD 1.x base, and what it lacks to be one; loads no weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from castmates.families.facts import Facts, stated, with_stated
from castmates.families.folder import (
    RESCALE_AT_ZERO_SNR,
    missing,
    pipeline_of,
    prediction_of,
    read_config,
)

WEIGHTS = ("unet", "vae", "text_encoder")
"""The subfolders that hold weights."""
PIPELINES = ("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline")
"""The pipelines of diffusers that a folder may be made for."""


def lacks(folder: Path) -> list[str]:
    """What is missing of an SD 1.x base in diffusers form, in words; empty: nothing."""
    other = _other_pipeline(folder)
    if other:
        return [other]
    return missing(folder, WEIGHTS) or _strange_unet(read_config(folder, "unet/config.json"))


def _other_pipeline(folder: Path) -> str:
    """What another kind of model this folder is, judged by model_index.json; else empty."""
    kind = pipeline_of(folder)
    if kind in (*PIPELINES, ""):
        return ""
    return f"the form of Stable Diffusion 1.x (its model_index.json says {kind})"


def _strange_unet(unet: Mapping[str, Any]) -> list[str]:
    """Why this U-Net is not one of SD 1.x."""
    if unet.get("in_channels") != unet.get("out_channels"):
        return ["a U-Net for drawing (this one is for inpainting)"]
    if unet.get("addition_embed_type") is not None:
        return ["a U-Net of Stable Diffusion 1.x (this one is SDXL's)"]
    if unet.get("use_linear_projection"):
        return ["a U-Net of Stable Diffusion 1.x (this one is of version 2)"]
    return []


def facts(folder: Path) -> Facts:
    """The facts of a base: castmates.toml where it has one, else what its own files say.

    Raises:
        BadInput: a configuration that is broken, or a prediction that is not known.
    """
    unet = read_config(folder, "unet/config.json")
    vae = read_config(folder, "vae/config.json")
    text = read_config(folder, "text_encoder/config.json")
    scheduler = read_config(folder, "scheduler/scheduler_config.json")
    shrink = 2 ** (len(vae.get("block_out_channels", (0, 0, 0, 0))) - 1)
    zero_snr = bool(scheduler.get("rescale_betas_zero_snr", False))
    found = Facts(
        family="sd15",
        native_size=int(unet.get("sample_size") or 64) * shrink,
        size_multiple=shrink,
        prediction=prediction_of(scheduler, folder),
        guidance_rescale=RESCALE_AT_ZERO_SNR if zero_snr else 0.0,
        max_tokens=int(text.get("max_position_embeddings", 77)),
        latent_scale=float(vae.get("scaling_factor", 0.18215)),
    )
    return with_stated(found, stated(folder))

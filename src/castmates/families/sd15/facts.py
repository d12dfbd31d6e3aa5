"""What a diffusers folder says of an SD 1.x base, and what it lacks to be one; loads no weights."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from castmates.core.errors import BadInput
from castmates.families.facts import Facts, stated, with_stated
from castmates.files.reading import read_utf8

WEIGHTS = ("unet", "vae", "text_encoder")
"""The subfolders that hold weights."""
PIPELINES = ("StableDiffusionPipeline", "StableDiffusionImg2ImgPipeline")
"""The pipelines of diffusers that a folder may be made for."""

# Zero terminal SNR overexposes at plain guidance (Lin et al. 2023, 2305.08891, section 3.4).
RESCALE_AT_ZERO_SNR = 0.7


def read_config(folder: Path, name: str) -> dict[str, Any]:
    """A JSON file of a diffusers folder. Raises Missing, or BadInput when it is not JSON."""
    path = folder / name
    try:
        config = json.loads(read_utf8(path))
    except ValueError as error:
        raise BadInput(f"{path} is not JSON.", "Download the model again.") from error
    if not isinstance(config, dict):
        raise BadInput(f"{path} is not a JSON object.", "Download the model again.")
    return config


def lacks(folder: Path) -> list[str]:
    """What is missing of an SD 1.x base in diffusers form, in words; empty: nothing."""
    other = _other_pipeline(folder)
    if other:
        return [other]
    return missing(folder) or _strange_unet(read_config(folder, "unet/config.json"))


def missing(
    folder: Path, weights: Sequence[str] = WEIGHTS, tokenizers: Sequence[str] = ("tokenizer",)
) -> list[str]:
    """The files that are not there, in words.

    Args:
        weights, tokenizers: the subfolders that hold them.
    """
    found = [] if (folder / "model_index.json").is_file() else ["model_index.json"]
    for part in weights:
        if not (folder / part / "config.json").is_file():
            found.append(f"{part}/config.json")
        elif not any((folder / part).glob("*.safetensors")):
            pickles = any((folder / part).glob("*.bin"))
            found.append(f"{part}/*.safetensors" + (" (only pickled .bin weights)" * pickles))
    if not (folder / "scheduler" / "scheduler_config.json").is_file():
        found.append("scheduler/scheduler_config.json")
    for part in tokenizers:
        if not any((folder / part / name).is_file() for name in ("tokenizer.json", "vocab.json")):
            found.append(f"{part}/vocab.json")
    return found


def pipeline_of(folder: Path) -> str:
    """The class that a folder's model_index.json names; empty where it names none."""
    if not (folder / "model_index.json").is_file():
        return ""
    return str(read_config(folder, "model_index.json").get("_class_name", ""))


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


def prediction_of(scheduler: Mapping[str, Any], folder: Path) -> Literal["epsilon", "v_prediction"]:
    """What a diffusers scheduler says the network predicts. Raises BadInput: something else."""
    said = scheduler.get("prediction_type", "epsilon")
    if said == "epsilon":
        return "epsilon"
    if said == "v_prediction":
        return "v_prediction"
    raise BadInput(
        f"{folder}/scheduler/scheduler_config.json says prediction_type '{said}'.",
        "Wanted 'epsilon' or 'v_prediction'.",
    )

"""What a diffusers folder says of a Flux base, and what it lacks to be one; loads no weights."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.families.facts import Facts, Flow, stated, with_stated
from castmates.families.folder import missing, pipeline_of, read_config

PIPELINES = ("FluxPipeline", "FluxImg2ImgPipeline")
"""The pipelines of diffusers that a folder may be made for."""
WEIGHTS = ("transformer", "vae", "text_encoder", "text_encoder_2")
"""The subfolders that hold weights."""
TOKENIZERS = ("tokenizer", "tokenizer_2")
PATCH = 2
"""The transformer sees squares of so many latents a side as one token."""
NATIVE = 1024
_SCHEDULER = "FlowMatchEulerDiscreteScheduler"


def lacks(folder: Path) -> list[str]:
    """What is missing of a Flux base in diffusers form, in words; empty: nothing."""
    kind = pipeline_of(folder)
    if kind not in (*PIPELINES, ""):
        return [f"the form of Flux (its model_index.json says {kind})"]
    found = missing(folder, WEIGHTS, TOKENIZERS)
    if found and kind:
        return [*found[:-1], f"{found[-1]} (its model_index.json says {kind})"]
    return found or _strange_transformer(read_config(folder, "transformer/config.json"))


def _strange_transformer(network: Mapping[str, Any]) -> list[str]:
    """Why this transformer is not one of Flux."""
    if network.get("_class_name") != "FluxTransformer2DModel":
        return [f"a transformer of Flux (this one is a {network.get('_class_name')})"]
    out = network.get("out_channels")
    if out is not None and out != network.get("in_channels"):
        return ["a transformer for drawing (this one is told a picture, too)"]
    return []


def facts(folder: Path) -> Facts:
    """The facts of a base: castmates.toml where it has one, else what its own files say.

    Raises:
        BadInput: a configuration that is broken, or a schedule that is not known.
    """
    network = read_config(folder, "transformer/config.json")
    vae = read_config(folder, "vae/config.json")
    scheduler = read_config(folder, "scheduler/scheduler_config.json")
    shrink = 2 ** (len(vae.get("block_out_channels", (0, 0, 0, 0))) - 1)
    guided = bool(network.get("guidance_embeds", False))
    found = Facts(
        family="flux",
        native_size=NATIVE,
        size_multiple=shrink * PATCH,
        patch=PATCH,
        latent_channels=int(vae.get("latent_channels", 16)),
        prediction="flow",
        flow=_flow(scheduler, folder),
        sampler="euler",
        steps=28 if guided else 4,
        guidance=3.5 if guided else 1.0,
        told_guidance=guided,
        caption_style="sentence",
        takes_negative=False,
        weighs_words=False,
        max_tokens=512 if guided else 256,
        fixed_layer=True,
        latent_scale=float(vae.get("scaling_factor", 0.3611)),
        pools_text=True,
    )
    return with_stated(found, stated(folder))


def _flow(scheduler: Mapping[str, Any], folder: Path) -> Flow:
    if scheduler.get("_class_name", _SCHEDULER) != _SCHEDULER:
        raise BadInput(
            f"{folder}/scheduler says {scheduler['_class_name']}.", f"Wanted {_SCHEDULER}."
        )
    if not scheduler.get("use_dynamic_shifting", False):
        return Flow(shift=float(scheduler.get("shift", 1.0)))
    return Flow(
        grows=(float(scheduler.get("base_shift", 0.5)), float(scheduler.get("max_shift", 1.15))),
        tokens=(
            int(scheduler.get("base_image_seq_len", 256)),
            int(scheduler.get("max_image_seq_len", 4096)),
        ),
        by_exponent=scheduler.get("time_shift_type", "exponential") == "exponential",
    )

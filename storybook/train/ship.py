"""Writes a trained base into the embedded folder as a diffusers pipeline; trains nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline

from storybook.train.cards import base_card
from storybook.train.curve import Curve
from storybook.train.networks import build_scheduler
from storybook.train.settings import Job, Machine
from storybook.train.sheet import PROMPTS, draw_prompts, grid, save_sheet
from storybook.train.tokenizer import save_tokenizer

SHARD = "14MB"

FACTS = """\
# What the drawing engine must know about this base; a diffusers folder does not say it.
family = "sd15"
native_size = 128
guidance = 4.0
guidance_rescale = 0.5
sampler = "ddim"
steps = 20
caption_style = "tags"
# Of a picture's detail the VAE holds about half if it is drawn like ours, a tenth of a photograph.
detail_floor = 0.3
licence = "Apache-2.0"
may_sell = true
"""


def write_base(parts: dict[str, Any], folder: Path, curve: Curve, machine: Machine) -> None:
    """Write weights in fp16 shards, facts, curve, sheet and card; whole or not at all.

    Args:
        parts: vae, unet, text_encoder and tokenizer; left in float32.
    """
    beside = folder.with_name(folder.name + ".part")
    shutil.rmtree(beside, ignore_errors=True)
    _save_pipeline(parts, beside)
    (beside / "castmates.toml").write_text(FACTS, encoding="utf-8")
    (beside / "curve.json").write_text(curve.to_json(), encoding="utf-8")
    save_sheet(grid(draw_prompts(parts, PROMPTS, machine), 4), beside / "sheet.png")
    size = sum(path.stat().st_size for path in beside.rglob("*") if path.is_file())
    counts = {name: _count(parts[name]) for name in ("unet", "vae", "text_encoder")}
    (beside / "README.md").write_text(base_card(curve, counts, size), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    beside.rename(folder)


def _count(module: Any) -> int:
    return sum(p.numel() for p in module.parameters())


def _save_pipeline(parts: dict[str, Any], folder: Path) -> None:
    halves = {name: _half(parts[name]) for name in ("vae", "unet", "text_encoder")}
    pipeline = StableDiffusionPipeline(
        **halves,
        tokenizer=parts["tokenizer"],
        scheduler=build_scheduler(),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    pipeline.save_pretrained(folder, max_shard_size=SHARD)
    save_tokenizer(parts["tokenizer"], folder / "tokenizer")
    for path in folder.rglob("config.json"):
        _strip(path)


def _half(module: Any) -> Any:
    """A copy in float16; the module itself stays as it is and keeps training."""
    config = module.config
    if hasattr(module, "from_config"):
        copy = type(module).from_config(config)
    else:
        copy = type(module)(config)
    copy.load_state_dict(module.state_dict())
    return copy.to("cpu").half()


def _strip(path: Path) -> None:
    """Leave out what names the machine that wrote it."""
    facts = json.loads(path.read_text(encoding="utf-8"))
    facts.pop("_name_or_path", None)
    path.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")


def read_base(folder: Path) -> dict[str, Any]:
    """The parts of a shipped base, in float32."""
    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    parts = {name: getattr(pipeline, name).float() for name in ("vae", "unet", "text_encoder")}
    return parts | {"tokenizer": pipeline.tokenizer}


def shipped_vae(job: Job) -> Any | None:
    """The base's VAE for degrading pictures: from the work folder, else as shipped, else none."""
    for folder in (job.work / "vae", job.embedded / "base" / "vae"):
        if (folder / "config.json").exists():
            vae = AutoencoderKL.from_pretrained(folder).float().eval()
            vae = vae.to(job.machine.device, memory_format=torch.channels_last)
            return vae.requires_grad_(False)
    return None

"""The order in which a base is made: VAE, latents, tokenizer, text slots, U-Net, promotion.

From scratch every stage runs. From shipped weights the VAE, tokenizer and text encoder stay as they
are (the U-Net's latents and words depend on them) and the whole budget goes to the U-Net.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch

from castmates.core.events import Made, Tell, Warned
from storybook.train import latents as latent_files
from storybook.train.curve import Curve, read_curve
from storybook.train.data import Rendered, folder_of, is_rendered, render
from storybook.train.networks import build_text, build_unet, build_vae
from storybook.train.polish import PolishSettings, polish_decoder
from storybook.train.settings import (
    Budget,
    Job,
    Pictures,
    TextSettings,
    UnetSettings,
    VaeSettings,
)
from storybook.train.sheet import PROMPTS, draw_prompts, grid, save_sheet
from storybook.train.ship import read_base, write_base
from storybook.train.text import save_text, train_text
from storybook.train.tokenizer import build_tokenizer, captions_for_tokens
from storybook.train.unet import (
    HELD_FIRST,
    Lessons,
    Stretch,
    UnetTrainer,
    Words,
    held_out,
)
from storybook.train.vae import train_vae

Parts = dict[str, Any]
SHARES = {"vae": 0.25, "text": 0.12, "unet": 0.63}
RENDERED_A_MINUTE = 800
GROWN_FIRST, GROWN_HELD_FIRST = 20_000_000, 31_000_000
STAGES = ("vae", "text", "unet", "decoder")


@dataclass(frozen=True)
class BaseSettings:
    """The settings of all stages."""

    vae: VaeSettings = field(default=VaeSettings())
    text: TextSettings = field(default=TextSettings())
    unet: UnetSettings = field(default=UnetSettings())
    polish: PolishSettings = field(default=PolishSettings())


def train_base(job: Job, settings: BaseSettings, tell: Tell, only: str | None = None) -> bool:
    """Make or continue the base, and ship it if it is not worse; says whether it was shipped.

    Args:
        only: one stage (of `STAGES`) to run on what the work folder or the shipped base holds.
    """
    torch.manual_seed(job.seed)
    folder = job.embedded / "base"
    shipped = folder if (folder / "model_index.json").exists() and not job.from_scratch else None
    parts = _parts_at_hand(job, shipped)
    if only == "vae" or (only is None and "vae" not in parts):
        _make_vae(parts, settings, _share(job, "vae", only), tell)
    if only == "text" or (only is None and "text_encoder" not in parts):
        _make_words(parts, settings, _share(job, "text", only), tell)
    if only in ("vae", "text"):
        return False
    curve = _curve_of(job, folder)
    if only == "decoder":
        stretch = polish_decoder(parts["vae"], settings.vae, settings.polish, job, tell)
    else:
        rest = job if shipped else _share(job, "unet", only)
        stretch = _train_unet(parts, settings, rest, curve, tell)
    return _promote(parts, stretch, curve, job, tell)


def _share(job: Job, stage: str, only: str | None) -> Job:
    if only is not None:
        return job
    budget = replace(job.budget, minutes=job.budget.minutes * SHARES[stage])
    return replace(job, budget=budget)


def _parts_at_hand(job: Job, shipped: Path | None) -> Parts:
    """What earlier stages left in the work folder, else what is shipped."""
    from diffusers import AutoencoderKL
    from transformers import CLIPTextModel, CLIPTokenizer

    parts: Parts = read_base(shipped) if shipped else {}
    if shipped is None:
        readers = {
            "vae": AutoencoderKL,
            "text_encoder": CLIPTextModel,
            "tokenizer": CLIPTokenizer,
        }
        for name, reader in readers.items():
            if (job.work / name).exists():
                parts[name] = reader.from_pretrained(job.work / name)
    return parts


def _make_vae(parts: Parts, settings: BaseSettings, job: Job, tell: Tell) -> None:
    """Train the VAE, then fold it to unit latents; what diffuses comes after this."""
    vae = parts.get("vae") or build_vae(settings.vae)
    parts["vae"] = train_vae(vae, settings.vae, job, job.work / "vae", tell)
    sample = render(settings.vae.sets[0], job.work, job.machine.processes, tell)
    latent_files.normalise(parts["vae"], sample, job.machine, tell)
    parts["vae"].save_pretrained(job.work / "vae")


def _make_words(parts: Parts, settings: BaseSettings, job: Job, tell: Tell) -> None:
    folder = job.work / "tokenizer"
    if "tokenizer" not in parts:
        captions = captions_for_tokens(6000)
        parts["tokenizer"] = build_tokenizer(captions, settings.text.merges, folder)
    text = parts.get("text_encoder") or build_text(settings.text, len(parts["tokenizer"]))
    parts["text_encoder"] = train_text(text, parts["tokenizer"], settings.text, job, tell)
    save_text(parts["text_encoder"], job.work / "text_encoder")


def pictures_for(budget: Budget, pictures: Pictures, work: Path) -> Pictures:
    """As many of the pictures as a tenth of the budget can render and encode; at least 1024.

    All of them when they lie in the work folder already.
    """
    if budget.steps is not None or is_rendered(pictures, work):
        return pictures
    affordable = max(1024, int(budget.minutes * RENDERED_A_MINUTE))
    return replace(pictures, count=min(pictures.count, affordable))


def _lessons(parts: Parts, plan: Pictures, job: Job, tell: Tell) -> Lessons:
    drawn: Rendered = render(plan, job.work, job.machine.processes, tell)
    name = f"{folder_of(plan, job.work).name}-{_digest(parts['vae'])}.npy"
    latents = latent_files.cached(
        parts["vae"], drawn, job.machine, job.work / "latents" / name, tell
    )
    return Lessons(latents, drawn.specs)


def _digest(vae: Any) -> str:
    import hashlib

    digest = hashlib.sha256()
    for name, tensor in sorted(vae.encoder.state_dict().items()):
        digest.update(name.encode() + tensor.detach().cpu().half().numpy().tobytes())
    return digest.hexdigest()[:8]


def _train_unet(
    parts: Parts, settings: BaseSettings, job: Job, curve: Curve, tell: Tell
) -> Stretch:
    for name in ("vae", "text_encoder"):
        parts[name] = parts[name].to(job.machine.device).eval().requires_grad_(False)
    parts["text_encoder"].set_attn_implementation("eager")
    lessons = [_lessons(parts, pictures_for(job.budget, job.pictures, job.work), job, tell)]
    words = Words(parts["tokenizer"], parts["text_encoder"], job)
    kept = replace(job.pictures, first=HELD_FIRST, count=settings.unet.held_out)
    held, beside = held_out(_lessons(parts, kept, job, tell), words), None
    if job.grown is not None:
        grown = _lessons(parts, pictures_for(job.budget, job.grown, job.work), job, tell)
        share = settings.unet.grown_share
        lessons = [replace(lessons[0], share=1 - share), replace(grown, share=share)]
        kept = replace(job.grown, first=GROWN_HELD_FIRST, count=settings.unet.grown_held_out)
        beside = held_out(_lessons(parts, kept, job, tell), words)
    width = parts["text_encoder"].config.hidden_size
    unet = parts.get("unet") or build_unet(settings.unet, lessons[0].latents.shape[1], width)
    trainer = UnetTrainer(unet, words, settings.unet, job, curve)
    parts["unet"] = trainer.unet

    def show(_: Any, totals: Any) -> None:
        path = job.work / "sheets" / f"{totals.samples:08d}.png"
        save_sheet(grid(draw_prompts(parts, PROMPTS, job.machine), 8), path, colours=256)
        tell(Made(what="sheet", path=str(path)))

    stretch = trainer.run(lessons, held, tell, show, beside)
    show(None, stretch.totals)
    return stretch


def _curve_of(job: Job, folder: Path) -> Curve:
    """The shipped curve, and what the work folder's log has beyond it."""
    curve = read_curve(folder / "curve.json", job.work / "curve.jsonl")
    if job.from_scratch:
        return Curve([], curve.log)
    return curve


def _promote(parts: Parts, stretch: Stretch, curve: Curve, job: Job, tell: Tell) -> bool:
    """Ship the new weights only if they are not worse than those the stretch began with."""
    if not better(stretch):
        tell(
            Warned(
                what=f"held-out figure {stretch.before:.4f} -> {stretch.after:.4f}: not shipped",
                fix="the shipped weights stay; give it more minutes, the work folder continues",
            )
        )
        return False
    write_base(parts, job.embedded / "base", curve, job.machine)
    tell(Made(what="base", path=str(job.embedded / "base")))
    return True


def better(stretch: Stretch) -> bool:
    """Not worse: the rule by which new weights replace shipped ones."""
    return stretch.after <= stretch.before

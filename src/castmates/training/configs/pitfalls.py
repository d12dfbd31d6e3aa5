"""Pairs of settings on which sd-scripts stops or does what nobody expects; knows no files."""

from __future__ import annotations

from castmates.training import prompt_file
from castmates.training.configs.draft import Draft
from castmates.training.configs.keys import is_off
from castmates.training.configs.neutral import TrainingSettings


def tell(draft: Draft, settings: TrainingSettings, tables: bool) -> None:
    """Say every place where kohya would do otherwise that needs more than one key to see."""
    _captions(draft, settings, tables)
    if "g" in draft.dialects:
        for note in prompt_file.read_text(settings.samples.sample_prompts).notes:
            draft.findings.note(f"sample_prompts, {note}")
    _pictures(draft, settings)
    _model(draft, settings)
    if settings.run.seed is None:
        draft.findings.note(
            "no seed is given: kohya takes a new one for every run; castmates takes 0, so that the "
            "same command goes on with the same run (--set seed=…)"
        )


def _captions(draft: Draft, settings: TrainingSettings, tables: bool) -> None:
    say = draft.findings
    words = settings.captions
    if words.caption_extension == ".caption" or not _says_extension(draft):
        say.differ(
            "caption_extension",
            "reads .caption files only; with .txt files every caption is the folder's name"
            + (" or empty" if tables else ""),
            "reads .txt and .caption, and counts what it found",
        )
    arranged = words.shuffle or words.tag_dropout > 0 or words.tag_warmup_steps > 0
    if words.keep_separator and not arranged:
        say.note(
            f"'{words.keep_separator}' stays in the captions, as in kohya, because tags are "
            "neither shuffled nor dropped"
        )
    if _on(draft, "cache_text_encoder_outputs") and (arranged or words.caption_dropout > 0):
        say.differ(
            "cache_text_encoder_outputs",
            "stops, because captions change",
            "caches what stays and computes the rest",
        )
    if any(folder.regularization for folder in settings.folders):
        say.note(
            "regularization pictures are repeated until they are as many as the training looks, as "
            "in kohya: an epoch has about twice the steps"
        )


def _pictures(draft: Draft, settings: TrainingSettings) -> None:
    say = draft.findings
    changing = [
        key
        for key, on in (
            ("color_aug", settings.pictures.colour),
            ("random_crop", settings.pictures.random_crop),
        )
        if on
    ]
    if changing and (_on(draft, "cache_latents") or _on(draft, "cache_latents_to_disk")):
        say.differ(
            f"{' and '.join(changing)} with cache_latents",
            "stops",
            "does not cache what changes",
        )
    if settings.pictures.colour:
        say.differ(
            "color_aug",
            "darkens by up to a quarter where it means a gamma of .95 to 1.05",
            "shifts hue and gamma as meant",
        )
    if not draft.has("resolution") and settings.pictures.size is None:
        say.differ("resolution", "stops without one", "takes the base's own size")
    if isinstance(draft.pairs.get("resolution"), int) and draft.dialects == "s":
        say.differ("resolution", 'stops: it wants text here, "768"', "takes the number")


def _model(draft: Draft, settings: TrainingSettings) -> None:
    say = draft.findings
    if settings.base.family == "sdxl" and settings.base.clip_skip != 1:
        say.differ("clip_skip", "does not use it with SDXL", "does not use it with SDXL either")
    if settings.base.family == "sd2":
        say.cannot(
            "v2",
            True,
            "Stable Diffusion 2.x has another text encoder (OpenCLIP), which is not there",
            stops=True,
        )


def _says_extension(draft: Draft) -> bool:
    return "captions.caption_extension" in draft.values


def _on(draft: Draft, key: str) -> bool:
    return draft.has(key) and not is_off(draft.pairs[key])

"""What a checkpoint's header tells, in kohya's keys; knows no tensors and no file format.

The keys and their spelling follow sd-scripts 0.10 (`ss_…`), so that web UIs and sites read them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence

from castmates.core.types import Character, Size
from castmates.families.base import Base
from castmates.training.checkpoint_names import Save
from castmates.training.data import Item
from castmates.training.plan import Plan
from castmates.training.recipe import Recipe


def metadata_of(
    save: Save,
    road: Plan,
    recipe: Recipe,
    base: Base,
    character: Character,
    items: Sequence[Item],
    size: Size,
) -> dict[str, str]:
    """The header of one checkpoint; the output name differs per epoch, so that aliases never clash.

    Keys that follow from the tensors (hashes, module, rank) are added by `adapters.file.save`.
    """
    name = save.file.removesuffix(".safetensors")
    text_rate = recipe.text_rate if recipe.trains_text else 0.0
    warmup = recipe.warmup.in_steps(road.steps_per_epoch) if recipe.warmup else 0
    facts = base.facts
    told: dict[str, object] = {
        "ss_output_name": name,
        "ss_sd_model_name": base.name,
        "ss_clip_skip": facts.clip_skip,
        "ss_resolution": f"({size.width}, {size.height})",
        "ss_epoch": save.epoch,
        "ss_steps": save.step,
        "ss_num_epochs": road.epochs,
        "ss_max_train_steps": road.steps,
        "ss_num_batches_per_epoch": road.steps_per_epoch,
        "ss_num_train_images": sum(road.repeats),
        "ss_num_reg_images": 0,
        "ss_seed": recipe.seed,
        "ss_learning_rate": recipe.unet_rate,
        "ss_unet_lr": recipe.unet_rate,
        "ss_text_encoder_lr": text_rate,
        "ss_lr_scheduler": recipe.schedule,
        "ss_lr_warmup_steps": warmup,
        "ss_optimizer": f"torch.optim.adamw.AdamW(weight_decay={recipe.weight_decay},"
        f"betas={recipe.betas})",
        "ss_max_grad_norm": recipe.max_grad_norm,
        "ss_batch_size_per_device": recipe.batch,
        "ss_total_batch_size": recipe.batch,
        "ss_min_snr_gamma": recipe.min_snr_gamma,
        "ss_caption_dropout_rate": recipe.caption_dropout,
        "ss_caption_tag_dropout_rate": recipe.tag_dropout,
        "ss_shuffle_caption": recipe.shuffle,
        "ss_keep_tokens": recipe.keep_tokens,
        "ss_flip_aug": recipe.flip,
        "ss_tag_frequency": json.dumps({character.name: tag_counts(items)}),
        "modelspec.title": name,
        "modelspec.trigger_phrase": character.trigger,
        "modelspec.resolution": str(size),
        "modelspec.prediction_type": "v" if facts.prediction == "v_prediction" else "epsilon",
    }
    return {key: str(value) for key, value in told.items()}


def tag_counts(items: Sequence[Item]) -> dict[str, int]:
    """How many pictures carry each tag: lower case, once a picture, repeats not counted."""
    counts: Counter[str] = Counter()
    for item in items:
        counts.update({tag.strip().lower() for tag in item.caption.split(",") if tag.strip()})
    return dict(counts.most_common())

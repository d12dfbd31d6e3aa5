"""What a checkpoint's header tells, in kohya's keys; knows no tensors and no file format.

The keys and their spelling follow sd-scripts 0.10 (`ss_…`), so that web UIs and sites read them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from castmates.core.types import Character, Size
from castmates.families.base import Base
from castmates.training import arithmetic, optimizers
from castmates.training.checkpoint_names import Save
from castmates.training.data import Item
from castmates.training.plan import Plan
from castmates.training.recipe import Recipe
from castmates.training.start import HEADER as START
from castmates.training.texts import layer_of

_PREDICTION: Mapping[str, dict[str, object]] = {
    "epsilon": {"modelspec.prediction_type": "epsilon"},
    "v_prediction": {"modelspec.prediction_type": "v"},
    "flow": {},  # modelspec has no word for it
}


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
    layer = layer_of(recipe, base) or facts.clip_skip
    told: dict[str, object] = {
        "ss_output_name": name,
        "ss_sd_model_name": base.name,
        "ss_vae_name": getattr(base, "vae_name", "") or None,
        "ss_new_vae_hash": getattr(base, "vae_hash", "") or None,
        "ss_clip_skip": layer,
        "ss_resolution": f"({size.width}, {size.height})",
        "ss_epoch": save.epoch,
        "ss_steps": save.step,
        "ss_num_epochs": road.epochs,
        "ss_max_train_steps": road.steps,
        "ss_num_batches_per_epoch": road.steps_per_epoch * recipe.accumulation,
        "ss_gradient_accumulation_steps": recipe.accumulation,
        "ss_num_train_images": sum(road.repeats),
        "ss_num_reg_images": sum(road.regularization),
        "ss_seed": recipe.seed,
        "ss_learning_rate": recipe.unet_rate,
        "ss_unet_lr": recipe.unet_rate,
        "ss_text_encoder_lr": text_rate,
        "ss_lr_scheduler": recipe.schedule,
        "ss_lr_warmup_steps": warmup,
        "ss_optimizer": optimizers.written(recipe),
        "ss_mixed_precision": _precision(recipe, base),
        "ss_max_grad_norm": recipe.max_grad_norm,
        "ss_batch_size_per_device": recipe.batch,
        "ss_total_batch_size": recipe.batch * recipe.accumulation,
        **_learned(recipe),
        **_network(recipe),
        **_seen(recipe),
        **_buckets(recipe, road),
        "ss_tag_frequency": json.dumps(_tags(items, character.name)),
        "modelspec.title": name,
        "modelspec.trigger_phrase": character.trigger,
        "modelspec.resolution": str(size),
        **_PREDICTION[facts.prediction],
    }
    if layer > 1:
        told["modelspec.encoder_layer"] = layer
    if recipe.start_from:
        told[START] = recipe.start_from
    return {key: str(value) for key, value in told.items()}


def _precision(recipe: Recipe, base: Base) -> str:
    """sd-scripts says "no" for float32."""
    found = arithmetic.written(arithmetic.half_for(recipe.precision, base.device))
    return "no" if found == "fp32" else found


def _seen(recipe: Recipe) -> dict[str, object]:
    """How words and pictures are shown."""
    return {
        "ss_caption_dropout_rate": recipe.caption_dropout,
        "ss_caption_dropout_every_n_epochs": recipe.caption_dropout_every,
        "ss_caption_tag_dropout_rate": recipe.tag_dropout,
        "ss_shuffle_caption": recipe.shuffle,
        "ss_keep_tokens": recipe.keep_tokens,
        "ss_flip_aug": recipe.flip,
        "ss_random_crop": recipe.random_crop,
        "ss_color_aug": recipe.colour,
        "ss_prior_loss_weight": recipe.prior_weight,
        "ss_max_token_length": None if recipe.max_tokens == 75 else recipe.max_tokens,
    }


def _learned(recipe: Recipe) -> dict[str, object]:
    """Noise and loss; None where sd-scripts writes it for what is off."""
    bends = recipe.loss in ("huber", "smooth_l1")
    coarser, more = recipe.multires_iterations, recipe.ip_noise_gamma
    return {
        "ss_min_snr_gamma": recipe.min_snr_gamma,
        "ss_debiased_estimation": recipe.debiased,
        "ss_loss_type": recipe.loss,
        "ss_huber_schedule": recipe.huber_schedule if bends else None,
        "ss_huber_c": recipe.huber_c if bends else None,
        "ss_huber_scale": recipe.huber_scale if bends else None,
        "ss_noise_offset": recipe.noise_offset or None,
        "ss_noise_offset_random_strength": recipe.noise_offset_random,
        "ss_adaptive_noise_scale": recipe.adaptive_noise or None,
        "ss_multires_noise_iterations": coarser or None,
        "ss_multires_noise_discount": recipe.multires_discount if coarser else None,
        "ss_ip_noise_gamma": more or None,
        "ss_ip_noise_gamma_random_strength": recipe.ip_noise_random,
    }


def _network(recipe: Recipe) -> dict[str, object]:
    """What the tensors do not show of the adapter; `adapters.header` adds what they do."""
    said: dict[str, object] = {
        "rank_dropout": recipe.rank_dropout,
        "module_dropout": recipe.module_dropout,
    }
    if recipe.kind == "lokr":
        said |= {
            "factor": recipe.factor,
            "decompose_both": recipe.decompose_both,
            "full_matrix": recipe.full_matrix,
        }
    said |= _blocks(recipe)
    return {
        "ss_network_args": json.dumps({key: str(value) for key, value in said.items() if value}),
        "ss_network_dropout": recipe.dropout or None,
        "ss_scale_weight_norms": recipe.max_norm or None,
    }


def _blocks(recipe: Recipe) -> dict[str, object]:
    """What sd-scripts calls network_args of blocks, and of LoRA+."""
    lists = {
        "block_dims": recipe.block_ranks,
        "block_alphas": recipe.block_alphas,
        "conv_block_dims": recipe.conv_block_ranks,
        "conv_block_alphas": recipe.conv_block_alphas,
    }
    rates = (text.partition("=") for text in recipe.block_rates)
    return {
        **{key: ",".join(map(str, numbers)) for key, numbers in lists.items()},
        **{f"{way}_lr_weight": said for way, _, said in rates},
        "block_lr_zero_threshold": recipe.block_rate_zero,
        "loraplus_lr_ratio": recipe.rate_ratio,
        "loraplus_unet_lr_ratio": recipe.unet_rate_ratio,
        "loraplus_text_encoder_lr_ratio": recipe.text_rate_ratio,
    }


def _buckets(recipe: Recipe, road: Plan) -> dict[str, object]:
    info = {
        str(number): {"resolution": list(size), "count": visits}
        for number, (size, visits) in enumerate(road.buckets)
    }
    return {
        "ss_enable_bucket": recipe.buckets,
        "ss_bucket_no_upscale": not recipe.bucket_upscale,
        "ss_min_bucket_reso": recipe.bucket_smallest if recipe.buckets else None,
        "ss_max_bucket_reso": recipe.bucket_largest if recipe.buckets else None,
        "ss_bucket_info": json.dumps({"buckets": info}) if recipe.buckets else None,
    }


def _tags(items: Sequence[Item], name: str) -> dict[str, dict[str, int]]:
    """Whose pictures -> their tags; sd-scripts has one entry for each folder."""
    whose = dict.fromkeys(item.of or name for item in items if not item.regularization)
    return {one: tag_counts([i for i in items if (i.of or name) == one]) for one in whose}


def tag_counts(items: Sequence[Item]) -> dict[str, int]:
    """How many pictures carry each tag: lower case, once a picture, repeats not counted.

    Pictures of the class are left out.
    """
    counts: Counter[str] = Counter()
    for item in items:
        if item.regularization:
            continue
        counts.update({tag.strip().lower() for tag in item.caption.split(",") if tag.strip()})
    return dict(counts.most_common())

"""Settings into today's recipe, with a list of what the trainer cannot do yet; knows no tensors.

Every setting that is not the neutral value's own default is named in `recipes.toml` as taken over,
or it stands in the list: so none can be lost silently, and the list shrinks as the trainer grows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

from pydantic import ValidationError

from castmates.core.types import Value
from castmates.core.units import Duration, epochs, steps
from castmates.training.configs.neutral import TrainingSettings
from castmates.training.configs.report import Unable, shown
from castmates.training.recipe import Recipe

_PLAIN_ADAMW = ("adamw", "adamw8bit", "pagedadamw8bit", "pagedadamw")


class Made(Value):
    """A recipe, as near as today's trainer comes, and what of the settings is not in it.

    Attributes:
        unable: with `stops`: training must be refused, because it would be another adapter.
        notes: what the trainer does a little otherwise.
    """

    recipe: Recipe
    unable: tuple[Unable, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def stops(self) -> tuple[Unable, ...]:
        return tuple(one for one in self.unable if one.stops)


def recipe_of(
    settings: TrainingSettings,
    *,
    steps_per_epoch: int | None = None,
    looks_per_epoch: int | None = None,
) -> Made:
    """What today's trainer can do of these settings.

    Args:
        steps_per_epoch: for a warm-up that is a share of a length in epochs.
        looks_per_epoch: of a preset: how many looks its author's epoch had; None: the pictures'
            own repeats.
    """
    unable = list(_missing(settings))
    values = _values(settings, steps_per_epoch)
    values["visits_per_epoch"] = looks_per_epoch
    if settings.schedule.warmup_share and values["warmup"] is None:
        unable.append(_unable("warmup_share", settings.schedule.warmup_share))
    while True:
        try:
            recipe = Recipe.model_validate(values)
        except ValidationError as error:
            # A value outside a recipe's range (a rank of 1024, Prodigy's rate of 1).
            for problem in error.errors():
                name = str(problem["loc"][0])
                unable.append(
                    Unable(key=name, value=shown(values.pop(name)), why=problem["msg"], stops=True)
                )
        else:
            return Made(recipe=recipe, unable=tuple(unable), notes=_notes(recipe))


def _notes(recipe: Recipe) -> tuple[str, ...]:
    if recipe.schedule == "cosine" and recipe.warmup is not None:
        return (
            "today's trainer lets the cosine fall over the whole run and multiplies the warm-up "
            "into it; kohya's begins to fall after the warm-up",
        )
    return ()


def _values(settings: TrainingSettings, steps_per_epoch: int | None) -> dict[str, Any]:
    adapter, optimizer, captions = settings.adapter, settings.optimizer, settings.captions
    adamw = optimizer.optimizer in _PLAIN_ADAMW
    return {
        "rank": adapter.rank,
        "alpha": adapter.alpha or float(adapter.rank),
        "conv_rank": adapter.conv_rank,
        "conv_alpha": adapter.conv_alpha,
        "text_encoder": adapter.text_encoder,
        "unet_rate": optimizer.unet_rate,
        "text_rate": optimizer.text_rate if adapter.text_encoder else 0.0,
        "length": settings.run.length,
        "save_every": settings.saving.save_every or settings.run.length,
        "batch": settings.run.batch,
        "size": settings.pictures.size,
        "seed": settings.run.seed or 0,
        "warmup": _warmup(settings, steps_per_epoch),
        "schedule": "cosine" if settings.schedule.schedule.startswith("cosine") else "constant",
        "rate_floor": settings.schedule.rate_floor,
        "caption_dropout": captions.caption_dropout,
        "shuffle": captions.shuffle,
        "keep_tokens": captions.keep_tokens,
        "tag_dropout": captions.tag_dropout,
        "flip": settings.pictures.flip,
        "min_snr_gamma": settings.loss.min_snr_gamma or None,
        "max_grad_norm": optimizer.max_grad_norm,
        # torch's own defaults, not the recipe's.
        "weight_decay": 0.01 if optimizer.weight_decay is None else optimizer.weight_decay,
        "betas": optimizer.betas if adamw and optimizer.betas else (0.9, 0.999),
    }


def _warmup(settings: TrainingSettings, steps_per_epoch: int | None) -> Duration | None:
    share, length = settings.schedule.warmup_share, settings.run.length
    if settings.schedule.warmup is not None or not share:
        return settings.schedule.warmup
    if length.unit == "epochs" and (share * length.count).is_integer():
        return epochs(int(share * length.count))
    if length.unit == "epochs" and steps_per_epoch is None:
        return None
    found = int(share * length.in_steps(steps_per_epoch or 1))
    return steps(found) if found else None


def _missing(settings: TrainingSettings) -> Iterator[Unable]:
    plain, data = TrainingSettings(), _data()
    held = {*data["taken"], *data["elsewhere"]}
    for section in type(settings).model_fields:
        ours, theirs = getattr(settings, section), getattr(plain, section)
        if section == "folders":
            if ours:
                yield _unable("folders", [folder.path for folder in ours])
            continue
        for name in type(ours).model_fields:
            value = getattr(ours, name)
            if name in held or value == getattr(theirs, name):
                continue
            if not _able(name, value):
                yield _unable(name, value)


def _able(name: str, value: object) -> bool:
    """Whether this value of a setting that a recipe does not hold is what is done anyway."""
    return {
        "optimizer": value == "adamw",
        "schedule": value == "cosine",
        "saved_precision": value == "fp16",
    }.get(name, False)


def _unable(name: str, value: object) -> Unable:
    why = _data()["why"].get(name, "today's trainer does not do it")
    text = str(value) if isinstance(value, Duration) else shown(value)
    if name == "optimizer" and value in _PLAIN_ADAMW:
        why = "AdamW with its state in full precision takes its place"
        return Unable(key=name, value=text, why=why)
    return Unable(key=name, value=text, why=why, stops=name in _data()["stops"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "recipes.toml").read_text("utf-8"))

"""Settings into today's recipe, with a list of what the trainer cannot do yet; knows no tensors.

Every setting that is not the neutral value's own default is named in `recipes.toml` as taken over,
or it stands in the list: so none can be lost silently, and the list shrinks as the trainer grows.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from math import sqrt
from typing import Any, get_args

from pydantic import ValidationError

from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.core.units import Duration, epochs, steps
from castmates.training.configs.neutral import (
    Adapter,
    Optimizer,
    Saving,
    TrainingSettings,
    places,
)
from castmates.training.configs.report import Unable, shown
from castmates.training.optimizers import kind_of
from castmates.training.recipe import Recipe
from castmates.training.schedules import POLYNOMIAL_END

_KINDS = get_args(Recipe.model_fields["kind"].annotation)
_SAME = (
    "rank",
    "conv_rank",
    "dora",
    "factor",
    "decompose_both",
    "full_matrix",
    "dropout",
    "rank_dropout",
    "module_dropout",
    "max_norm",
    "block_ranks",
    "block_alphas",
    "conv_block_ranks",
    "conv_block_alphas",
    "block_rates",
    "block_rate_zero",
)
"""Settings of the adapter that a recipe has under the same name."""
_PLAIN = "adamw"
"""What stands in a recipe for an optimizer that there is not; the run is refused then."""


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
            # A value outside a recipe's range (a rank of 1024, a rate of 100).
            for problem in error.errors():
                name = str(problem["loc"][0])
                unable.append(
                    Unable(key=name, value=shown(values.pop(name)), why=problem["msg"], stops=True)
                )
        else:
            return Made(recipe=recipe, unable=tuple(unable))


def _values(settings: TrainingSettings, steps_per_epoch: int | None) -> dict[str, Any]:
    adapter = settings.adapter
    return {
        **_adapter(adapter),
        **_optimizer(settings.optimizer),
        "text_encoder": adapter.text_encoder,
        "text_rate": settings.optimizer.text_rate if adapter.text_encoder else 0.0,
        "length": settings.run.length,
        "save_every": settings.saving.save_every or settings.run.length,
        "batch": settings.run.batch,
        "accumulation": settings.run.accumulation,
        "seed": settings.run.seed or 0,
        "warmup": _warmup(settings, steps_per_epoch),
        "rate_floor": _rate_floor(settings),
        **_named_alike(settings),
        "min_snr_gamma": settings.loss.min_snr_gamma or None,
        "vae": settings.base.vae,
        "clip_skip": settings.base.clip_skip if settings.base.clip_skip > 1 else None,
        "keep_last": _kept(settings.saving),
    }


def _optimizer(wanted: Optimizer) -> dict[str, Any]:
    """The optimizer, with its own weight decay and betas where nothing is said of them."""
    name = wanted.optimizer if _is_optimizer(wanted.optimizer) else _PLAIN
    own = kind_of(name)
    given = len(wanted.betas or ()) == 2
    arguments = dict(wanted.arguments)
    if name == "adafactor":
        arguments["relative_step"] = wanted.relative_step
    return {
        "optimizer": name,
        "optimizer_args": arguments,
        "unet_rate": wanted.unet_rate,
        "max_grad_norm": wanted.max_grad_norm,
        "rate_ratio": wanted.rate_ratio,
        "unet_rate_ratio": wanted.unet_rate_ratio,
        "text_rate_ratio": wanted.text_rate_ratio,
        "weight_decay": (own.weight_decay or 0.0)
        if wanted.weight_decay is None
        else wanted.weight_decay,
        "betas": wanted.betas if given else (own.betas or (0.9, 0.999)),
    }


def _is_optimizer(name: str) -> bool:
    try:
        kind_of(name)
    except BadInput:
        return False
    return True


def _rate_floor(settings: TrainingSettings) -> float:
    """diffusers' polynomial ends at a rate, not at a share of it."""
    schedule, rate = settings.schedule, settings.optimizer.unet_rate
    if schedule.schedule == "polynomial" and not schedule.rate_floor and rate:
        return min(1.0, POLYNOMIAL_END / rate)
    return schedule.rate_floor


def _kept(saving: Saving) -> int | None:
    """How many numbered checkpoints stay. kohya counts those of the last steps, both ends in."""
    every = saving.save_every
    if saving.keep_last_steps is not None and every is not None and every.unit == "steps":
        return saving.keep_last_steps // every.count + 1
    return saving.keep_last


def _adapter(adapter: Adapter) -> dict[str, Any]:
    """What is trained. A rank-stabilised scale, alpha / √rank, is that of a larger alpha."""
    alpha, conv_alpha = adapter.alpha or float(adapter.rank), adapter.conv_alpha
    if adapter.rank_stabilised:
        alpha *= sqrt(adapter.rank)
        conv_alpha = (conv_alpha or adapter.conv_rank) * sqrt(adapter.conv_rank)
    return {
        **{name: getattr(adapter, name) for name in _SAME},
        "kind": adapter.kind if adapter.kind in _KINDS else "lora",
        "alpha": alpha,
        "conv_alpha": conv_alpha,
    }


def _named_alike(settings: TrainingSettings) -> dict[str, Any]:
    """What the trainer sees and how it learns, as far as a recipe calls it as the settings do."""
    place, data = places(), _data()
    names = (*data["seen"], *data["learned"])
    return {name: getattr(getattr(settings, place[name]), name) for name in names}


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
    held = {*data["taken"], *data["seen"], *data["learned"], *data["elsewhere"]}
    if not _is_optimizer(settings.optimizer.optimizer):
        yield _unable("optimizer", settings.optimizer.optimizer)
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
        "kind": value in _KINDS,
        "saved_precision": value == "fp16",
    }.get(name, False)


def _unable(name: str, value: object) -> Unable:
    why = _data()["why"].get(name, "today's trainer does not do it")
    text = str(value) if isinstance(value, Duration) else shown(value)
    return Unable(key=name, value=text, why=why, stops=name in _data()["stops"])


@cache
def _data() -> dict[str, Any]:
    return tomllib.loads((files(__package__) / "recipes.toml").read_text("utf-8"))

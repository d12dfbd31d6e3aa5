"""Every setting that decides what a training run makes, as one frozen value; knows no tensors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import Field, ValidationError

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.core.types import Value, WrittenSize
from castmates.core.units import WrittenDuration, epochs
from castmates.files import settings


class Recipe(Value):
    """What decides the result of a run; saved beside it as `recipe.toml`.

    The same recipe, pictures, captions and base give the same adapter, bit for bit on one machine.

    Attributes:
        kind: the adapter's kind; `lora` becomes what others call LoCon when `conv_rank` is set.
        rank, alpha: of linear layers and 1x1 convolutions; the scale is alpha / rank.
        conv_rank, conv_alpha: of 3x3 convolutions (new shapes need them); rank 0 leaves them alone,
            alpha 0 is the same as the rank.
        text_encoder: train the text encoder as well (the trigger word becomes a name).
        unet_rate, text_rate: learning rates, AdamW, before warm-up and schedule.
        length: when the run ends.
        save_every: how often a checkpoint is written; the last one always is.
        visits_per_epoch: repeats are chosen so that one epoch visits about so many pictures;
            None keeps the items' own repeats, as in kohya's `10_name` folders.
        batch: pictures per step.
        size: pictures are scaled to cover this and cut at the centre; None: the base's own size.
        seed: of factors, order, noise, timesteps and caption sampling.
        warmup: the rate rises linearly over so long; None: no warm-up.
        schedule: `cosine` falls to `rate_floor` x the rate at the end, `constant` does not.
        caption_dropout: share of visits with an empty caption (guidance needs them).
        shuffle, keep_tokens: shuffle the tags behind the first `keep_tokens` on each visit.
        tag_dropout: share of the tags behind the first `keep_tokens` left out on each visit.
        flip: mirror half of the visits; spoils whoever is not symmetric.
        min_snr_gamma: weight of the loss by min(SNR, gamma) (Hang et al. 2023); None: none.
        max_grad_norm: gradients are clipped to this norm; 0: not.
        weight_decay, betas: of AdamW.
    """

    kind: Literal["lora"] = "lora"
    rank: int = Field(default=16, ge=1, le=512)
    alpha: float = Field(default=16.0, gt=0)
    conv_rank: int = Field(default=0, ge=0, le=512)
    conv_alpha: float = Field(default=0.0, ge=0)
    text_encoder: bool = True
    unet_rate: float = Field(default=1e-4, gt=0, lt=1)
    text_rate: float = Field(default=5e-5, ge=0, lt=1)
    length: WrittenDuration = epochs(10)
    save_every: WrittenDuration = epochs(1)
    visits_per_epoch: int | None = Field(default=None, ge=1)
    batch: int = Field(default=2, ge=1, le=1024)
    size: WrittenSize | None = None
    seed: int = Field(default=0, ge=0, lt=2**63)
    warmup: WrittenDuration | None = None
    schedule: Literal["cosine", "constant"] = "cosine"
    rate_floor: float = Field(default=0.1, ge=0, le=1)
    caption_dropout: float = Field(default=0.05, ge=0, le=1)
    shuffle: bool = True
    keep_tokens: int = Field(default=1, ge=0)
    tag_dropout: float = Field(default=0.1, ge=0, le=1)
    flip: bool = False
    min_snr_gamma: float | None = Field(default=None, gt=0)
    max_grad_norm: float = Field(default=1.0, ge=0)
    optimizer: Literal["adamw"] = "adamw"
    weight_decay: float = Field(default=0.01, ge=0)
    betas: tuple[float, float] = (0.9, 0.99)

    @property
    def trains_text(self) -> bool:
        """Whether the text encoder takes part: asked for, and with a rate above 0."""
        return self.text_encoder and self.text_rate > 0


@cache
def presets() -> dict[str, str]:
    """Name of every preset -> its TOML text; one file each in `training/presets/`."""
    folder = files("castmates.training") / "presets"
    found = {f.name.removesuffix(".toml"): f.read_text("utf-8") for f in folder.iterdir()}
    return dict(sorted(found.items()))


def preset(name: str) -> Recipe:
    """The preset recipe of that name.

    Raises:
        BadInput: no such preset; the message offers the nearest.
    """
    if name not in presets():
        raise BadInput(f"No recipe preset '{name}'.", did_you_mean(name, presets()))
    return settings.parse(presets()[name], Recipe, f"the preset '{name}'")


def preset_for(base_name: str, family: str) -> Recipe:
    """The preset made for this base, else the one of its family."""
    return preset(base_name if base_name in presets() else family)


def changed(recipe: Recipe, changes: Mapping[str, object]) -> Recipe:
    """The recipe with some settings replaced; text is read as in a TOML file or command line.

    Raises:
        BadInput: an unknown setting (the nearest is offered) or a value that does not fit; all of
            them at once.
    """
    misfits = Misfits()
    for key in changes:
        if key not in Recipe.model_fields:
            fix = did_you_mean(key, Recipe.model_fields)
            misfits.add(BadInput(f"A recipe has no setting '{key}'.", fix))
    misfits.raise_if_any()
    try:
        return Recipe.model_validate({**recipe.model_dump(), **changes})
    except ValidationError as error:
        for problem in error.errors():
            where = ".".join(str(part) for part in problem["loc"])
            misfits.add(BadInput(f"Recipe setting {where}: {problem['msg']}."))
        misfits.raise_if_any()
        raise


def differences(old: Recipe, new: Recipe) -> list[str]:
    """What differs, one line a setting: `rank: 16, now 8`."""
    before, after = old.model_dump(mode="json"), new.model_dump(mode="json")
    return [f"{k}: {before[k]}, now {after[k]}" for k in before if before[k] != after[k]]

"""Every setting that decides what a training run makes, as one frozen value; knows no tensors."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidationInfo, field_validator

from castmates.core.errors import BadInput, Misfits
from castmates.core.near import did_you_mean
from castmates.core.types import Value, WrittenSize
from castmates.core.units import WrittenDuration, epochs
from castmates.files import settings
from castmates.training.caption_rules import MostTokens
from castmates.training.schedules import Beginning, Schedule, ScheduleName

Argument = bool | int | float | str | tuple[float, ...]
"""A value of an optimizer's own argument."""


class Recipe(Value):
    """What decides the result of a run; saved beside it as `recipe.toml`.

    The same recipe, pictures, captions and base give the same adapter, bit for bit on one machine.

    Attributes:
        kind: the adapter's kind; `lora` becomes what others call LoCon when `conv_rank` is set.
        dora: magnitudes are trained apart from directions (Liu et al. 2024), with any kind.
        rank, alpha: of linear layers and 1x1 convolutions; the scale is alpha / rank.
        conv_rank, conv_alpha: of 3x3 convolutions (new shapes need them); rank 0 leaves them alone,
            alpha 0 is the same as the rank.
        block_ranks, block_alphas, conv_block_ranks, conv_block_alphas: of the U-Net, one for each
            block as sd-scripts counts them (`blocks`): 25 of SD 1.x; empty: all alike.
        block_rates: what the U-Net's rate is multiplied by, one for each block on the way: "down=
            1,0.5,…", "mid=0.5", "up=cosine+.25"; a block whose number is not above
            `block_rate_zero` is left alone.
        factor, decompose_both, full_matrix: of a LoKr: how sides are parted (-1: evenly), the small
            half as a pair of factors too, both halves as whole matrices.
        dropout, rank_dropout, module_dropout: shares left out in each step: of the ranks' outputs,
            of whole ranks, of whole layers (`adapters.dropout`).
        max_norm: after each step a layer's weight difference is scaled down to this norm; 0: not.
        text_encoder: train the text encoder as well (the trigger word becomes a name).
        unet_rate, text_rate: learning rates before warm-up and schedule.
        rate_ratio: LoRA+ (Hayou et al. 2024): the up factors' rate is so many times the down
            factors'; 0: equal. `unet_rate_ratio`, `text_rate_ratio`: of one part alone.
        length: when the run ends.
        save_every: how often a checkpoint is written; the last one always is.
        visits_per_epoch: repeats are chosen so that one epoch visits about so many pictures;
            None keeps the items' own repeats, as in kohya's `10_name` folders.
        batch: pictures per step.
        accumulation: batches whose gradients one update gathers, as of one batch so many times as
            large; those of an epoch's last update may be fewer.
        size: pictures are scaled to cover this and cut at the centre; None: the base's own size.
        buckets: every picture keeps about its shape, and `size` is the area that none exceeds.
        bucket_smallest, bucket_largest, bucket_step: sides of buckets, and what they are multiples
            of; bucket_upscale: small pictures are made larger (`buckets.BucketRule`).
        random_crop: each visit shows one of `crop_windows` windows, the middle one and random ones.
        colour: on a third of the visits hues turn a little, or the brightness does (`tints`).
        seed: of factors, order, noise, timesteps and caption sampling.
        warmup: the rate rises linearly over so long; None: no warm-up.
        schedule: how the rate moves (docs/training.md): `cosine` falls to `rate_floor` x the rate.
        schedule_begins: `within` the warm-up, which is multiplied into it; or, as in kohya, after
            it (`before`: the warm-up stands before it).
        rate_floor: share of the rate at the end of `cosine`, `cosine_with_min_lr`, `polynomial`.
        cycles, power, timescale: of `cosine_with_restarts`, `polynomial`, `inverse_sqrt` (steps).
        caption_dropout: share of visits with an empty caption (guidance needs them).
        shuffle, keep_tokens: shuffle the tags behind the first `keep_tokens` on each visit.
        tag_dropout: share of the tags behind the first `keep_tokens` left out on each visit.
        caption_separator, keep_separator, secondary_separator, wildcards, caption_prefix,
            caption_suffix, caption_dropout_every, tag_warmup_least, tag_warmup_steps: how captions
            are read on each visit (`caption_rules`).
        caption_variants: a caption is read in so many ways at most, over and over; 0: every visit
            has its own. With a frozen text encoder each way is encoded once.
        max_tokens: of a caption, in chunks of 75.
        vae: another VAE than the base's own: a file or folder, or the name of one in the studio's
            folders; its hash belongs to what a run was begun from.
        clip_skip: which layer of the text encoder speaks: 1 the last, 2 the one before, behind the
            final norm; None: the base's own. Without effect where the family knows one layer only.
        flip: mirror half of the visits; spoils whoever is not symmetric.
        masked: mask files weigh the loss (`0001.mask.png`); alpha_mask: they, or the pictures' own
            opacity.
        prior_weight: of the loss on regularization pictures, and of `preservation`.
        preservation: keep what the base says of the class. Regularization pictures have its own
            answer as their target; without any, each look is repeated under its class's words.
        min_snr_gamma: weight of the loss by min(SNR, gamma) (Hang et al. 2023); None: none.
        debiased: weight of the loss 1 / sqrt(SNR) (Yu et al. 2023).
        loss: `l2` is the squared error; `huber` and `smooth_l1` mind outliers less, `l1` least.
        huber_c, huber_scale, huber_schedule: where `huber` and `smooth_l1` bend: at a constant, or
            further in the more noise there is (`exponential`, `snr`).
        timesteps: `stratified` covers the whole range in every batch, `uniform` draws each alone,
            `sigmoid` too, those in the middle most often (for flows), the more the less
            `sigmoid_scale` is.
        timestep_shift: they lean to the noise where it is above 1; 0: as the base itself leans in
            pictures of that size.
        guidance: that a base is told in training which was distilled for it; None: its own.
        min_timestep, max_timestep: they are drawn from here to before there.
        noise_offset: each channel's noise is shifted by so much of a normal number (dark and bright
            pictures); `adaptive_noise`: plus so much of the channel's mean.
        noise_offset_random, ip_noise_random: a random share of it at each visit.
        multires_iterations, multires_discount: so many coarser noises are added, each weaker.
        ip_noise_gamma: the picture gets more noise than the target says (Ning et al. 2023).
        max_grad_norm: gradients are clipped to this norm; 0: not.
        optimizer: adamw, adam, lion, adafactor, prodigy, sgd, …8bit, or a class of torch.optim.
        optimizer_args: its own arguments by name.
        weight_decay, betas: of those optimizers that have them.
        ema: a running average of the factors is saved beside the last epoch; 0: none.
        precision: of the frozen base's arithmetic (fp32, bf16, fp16); empty: as the device can.
        keep_last: so many numbered checkpoints stay; None: all.
        start_from: SHA-256 (hex) of the tensors of the adapter that the run goes on from; empty:
            new factors (`start`).
    """

    kind: Literal["lora", "loha", "lokr"] = "lora"
    dora: bool = False
    rank: int = Field(default=16, ge=1, le=512)
    alpha: float = Field(default=16.0, gt=0)
    conv_rank: int = Field(default=0, ge=0, le=512)
    conv_alpha: float = Field(default=0.0, ge=0)
    block_ranks: tuple[Annotated[int, Field(ge=0, le=512)], ...] = ()
    block_alphas: tuple[Annotated[float, Field(ge=0)], ...] = ()
    conv_block_ranks: tuple[Annotated[int, Field(ge=0, le=512)], ...] = ()
    conv_block_alphas: tuple[Annotated[float, Field(ge=0)], ...] = ()
    block_rates: tuple[str, ...] = ()
    block_rate_zero: float = Field(default=0.0, ge=0)
    factor: int = Field(default=-1, ge=-1)
    decompose_both: bool = False
    full_matrix: bool = False
    dropout: float = Field(default=0.0, ge=0, lt=1)
    rank_dropout: float = Field(default=0.0, ge=0, lt=1)
    module_dropout: float = Field(default=0.0, ge=0, lt=1)
    max_norm: float = Field(default=0.0, ge=0)
    text_encoder: bool = True
    unet_rate: float = Field(default=1e-4, gt=0, le=10)
    text_rate: float = Field(default=5e-5, ge=0, le=10)
    rate_ratio: float = Field(default=0.0, ge=0)
    unet_rate_ratio: float = Field(default=0.0, ge=0)
    text_rate_ratio: float = Field(default=0.0, ge=0)
    length: WrittenDuration = epochs(10)
    save_every: WrittenDuration = epochs(1)
    visits_per_epoch: int | None = Field(default=None, ge=1)
    batch: int = Field(default=2, ge=1, le=1024)
    accumulation: int = Field(default=1, ge=1, le=1024)
    size: WrittenSize | None = None
    buckets: bool = False
    bucket_smallest: int = Field(default=256, ge=8)
    bucket_largest: int = Field(default=1024, ge=8)
    bucket_step: int = Field(default=64, ge=8)
    bucket_upscale: bool = True
    random_crop: bool = False
    crop_windows: int = Field(default=4, ge=1, le=64)
    colour: bool = False
    seed: int = Field(default=0, ge=0, lt=2**63)
    warmup: WrittenDuration | None = None
    schedule: ScheduleName = "cosine"
    schedule_begins: Beginning = "within"
    rate_floor: float = Field(default=0.1, ge=0, le=1)
    cycles: int = Field(default=1, ge=1)
    power: float = Field(default=1.0, gt=0)
    timescale: int | None = Field(default=None, ge=1)
    caption_dropout: float = Field(default=0.05, ge=0, le=1)
    shuffle: bool = True
    keep_tokens: int = Field(default=1, ge=0)
    tag_dropout: float = Field(default=0.1, ge=0, le=1)
    caption_separator: str = Field(default=",", min_length=1)
    keep_separator: str = ""
    secondary_separator: str = ""
    wildcards: bool = False
    caption_prefix: str = ""
    caption_suffix: str = ""
    caption_dropout_every: int = Field(default=0, ge=0)
    tag_warmup_least: int = Field(default=1, ge=0)
    tag_warmup_steps: float = Field(default=0.0, ge=0)
    caption_variants: int = Field(default=0, ge=0)
    max_tokens: MostTokens = 75
    vae: str = ""
    clip_skip: int | None = Field(default=None, ge=1, le=12)
    flip: bool = False
    masked: bool = False
    alpha_mask: bool = False
    prior_weight: float = Field(default=1.0, ge=0)
    preservation: bool = False
    min_snr_gamma: float | None = Field(default=None, gt=0)
    debiased: bool = False
    loss: Literal["l2", "l1", "huber", "smooth_l1"] = "l2"
    huber_c: float = Field(default=0.1, gt=0)
    huber_scale: float = Field(default=1.0, gt=0)
    huber_schedule: Literal["snr", "exponential", "constant"] = "snr"
    timesteps: Literal["stratified", "uniform", "sigmoid"] = "stratified"
    sigmoid_scale: float = Field(default=1.0, gt=0)
    timestep_shift: float = Field(default=1.0, ge=0, le=100)
    guidance: float | None = Field(default=None, ge=0, le=100)
    min_timestep: int = Field(default=0, ge=0, lt=1000)
    max_timestep: int = Field(default=1000, gt=0, le=1000)
    noise_offset: float = Field(default=0.0, ge=0)
    noise_offset_random: bool = False
    adaptive_noise: float = 0.0
    multires_iterations: int = Field(default=0, ge=0)
    multires_discount: float = Field(default=0.3, ge=0)
    ip_noise_gamma: float = Field(default=0.0, ge=0)
    ip_noise_random: bool = False
    max_grad_norm: float = Field(default=1.0, ge=0)
    optimizer: str = Field(default="adamw", min_length=1)
    optimizer_args: dict[str, Argument] = Field(default_factory=dict)
    weight_decay: float = Field(default=0.01, ge=0)
    betas: tuple[float, float] = (0.9, 0.99)
    ema: float = Field(default=0.0, ge=0, lt=1)
    precision: Literal["", "fp32", "bf16", "fp16"] = ""
    keep_last: int | None = Field(default=None, ge=1)
    start_from: str = Field(default="", pattern=r"^([0-9a-f]{64})?$")

    @property
    def weighs(self) -> bool:
        """Whether the parts of a picture count differently."""
        return self.masked or self.alpha_mask

    @property
    def trains_text(self) -> bool:
        """Whether the text encoder takes part: asked for, and with a rate above 0."""
        return self.text_encoder and self.text_rate > 0

    @field_validator("max_timestep")
    @classmethod
    def _in_order(cls, last: int, found: ValidationInfo) -> int:
        first = found.data.get("min_timestep", 0)
        if last <= first:
            raise ValueError(f"{last} is not above min_timestep = {first}")
        return last

    def schedule_over(self, steps: int, steps_per_epoch: int) -> Schedule:
        """What the rates are multiplied by, over a run of so many steps."""
        warmup = self.warmup.in_steps(steps_per_epoch) if self.warmup is not None else 0
        return Schedule(
            self.schedule,
            steps,
            warmup,
            self.cycles,
            self.power,
            self.rate_floor,
            self.timescale,
            self.schedule_begins,
        )


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

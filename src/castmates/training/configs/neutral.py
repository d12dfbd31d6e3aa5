"""Everything a training configuration can say, in the field's words; knows no dialect of it.

Other programs' files are read into this value, presets are written in it, and `--set` speaks it.
It holds more than today's trainer can do: `recipes` says what that is, so nothing is lost silently.
Names of settings are unique over all sections, so `rank` is enough for `adapter.rank`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from castmates.core.types import Value, WrittenSize
from castmates.core.units import WrittenDuration, steps
from castmates.training.caption_rules import MostTokens
from castmates.training.schedules import Beginning, ScheduleName

Share = float
"""0 to 1."""


class Base(Value):
    """The model that is trained on.

    Attributes:
        model: file, folder or name; "": the studio's own base.
        family: "": as found in the model.
        vae: another VAE than the model's own.
        prediction: what the U-Net says; "": as the model's family does.
        clip_skip: which layer of the text encoder from the end; 1: the last.
        max_tokens: of a caption.
    """

    model: str = ""
    family: Literal["", "sd15", "sd2", "sdxl", "sd3", "flux"] = ""
    vae: str = ""
    prediction: Literal["", "epsilon", "v_prediction"] = ""
    clip_skip: int = Field(default=1, ge=1, le=24)
    max_tokens: MostTokens = 75


class Adapter(Value):
    """What is trained.

    Attributes:
        kind: of factors; `lora` with a `conv_rank` is what others call LoCon.
        dora: magnitudes and directions apart (Liu et al. 2024).
        rank, alpha: of linear layers and 1x1 convolutions; the scale is alpha / rank.
        conv_rank, conv_alpha: of 3x3 convolutions; rank 0 leaves them alone.
        targets: LyCORIS's name for a set of layers, or a file of it; "": the family's usual ones.
        unet, text_encoder: whether this part is trained.
        dropout, rank_dropout, module_dropout: shares left out while training: of ranks' outputs, of
            whole ranks, of whole layers.
        max_norm: after each step factors are scaled down to this norm; 0: not.
        factor: LoKr's split of dimensions; -1: by itself.
        decompose_both, full_matrix, tucker, scalar: LyCORIS's variants of LoKr and LoHa.
        train_norm: norm layers as well.
        rank_stabilised: scale alpha / sqrt(rank).
        start_from: an adapter to go on from; `rank_from_file`: with its ranks.
        merged_first, merged_strengths: adapters merged into the base before training.
        block_ranks, block_alphas, conv_block_ranks, conv_block_alphas: one for each block.
        block_rates: rates by block as kohya writes them: "down=…", "mid=…", "up=…"; those not
            above `block_rate_zero` are 0.
    """

    kind: Literal[
        "lora", "loha", "lokr", "lora_fa", "dylora", "oft", "boft", "glora", "ia3", "full"
    ] = "lora"
    dora: bool = False
    rank: int = Field(default=4, ge=1, le=4096)
    alpha: float = Field(default=1.0, ge=0)
    conv_rank: int = Field(default=0, ge=0, le=4096)
    conv_alpha: float = Field(default=0.0, ge=0)
    targets: str = ""
    unet: bool = True
    text_encoder: bool = True
    dropout: Share = Field(default=0.0, ge=0, le=1)
    rank_dropout: Share = Field(default=0.0, ge=0, le=1)
    module_dropout: Share = Field(default=0.0, ge=0, le=1)
    max_norm: float = Field(default=0.0, ge=0)
    factor: int = Field(default=-1, ge=-1)
    decompose_both: bool = False
    full_matrix: bool = False
    tucker: bool = False
    scalar: bool = False
    train_norm: bool = False
    rank_stabilised: bool = False
    start_from: str = ""
    rank_from_file: bool = False
    merged_first: tuple[str, ...] = ()
    merged_strengths: tuple[float, ...] = ()
    block_ranks: tuple[int, ...] = ()
    block_alphas: tuple[float, ...] = ()
    conv_block_ranks: tuple[int, ...] = ()
    conv_block_alphas: tuple[float, ...] = ()
    block_rates: tuple[str, ...] = ()
    block_rate_zero: float = Field(default=0.0, ge=0)


class Captions(Value):
    """How captions are read on each look; the words are those of `caption_rules`.

    Attributes:
        caption_extension: of the files beside the pictures; castmates reads `.txt` and `.caption`.
        caption_variants: a caption is read in so many ways at most; 0: every look has its own.
        weighted: `(tag:1.3)` weighs.
    """

    caption_extension: str = ".txt"
    caption_separator: str = ","
    shuffle: bool = False
    keep_tokens: int = Field(default=0, ge=0)
    keep_separator: str = ""
    secondary_separator: str = ""
    wildcards: bool = False
    caption_prefix: str = ""
    caption_suffix: str = ""
    caption_dropout: Share = Field(default=0.0, ge=0, le=1)
    caption_dropout_every: int = Field(default=0, ge=0)
    tag_dropout: Share = Field(default=0.0, ge=0, le=1)
    tag_warmup_least: int = Field(default=1, ge=0)
    tag_warmup_steps: float = Field(default=0.0, ge=0)
    caption_variants: int = Field(default=0, ge=0)
    weighted: bool = False


class Pictures(Value):
    """Sizes and changes of pictures.

    Attributes:
        size: pixels; with buckets the area that none exceeds. None: the base's own.
        buckets: every picture keeps about its shape; the next four are theirs (`buckets`).
        flip: mirror half of the looks.
        random_crop: a random window instead of the middle, one of `crop_windows`.
        colour: hue and brightness are shifted.
        face_crop: "1.0,3.0": windows around a face noted in the file's name.
        alpha_mask: the opacity weighs the loss.
        masked: mask files weigh the loss.
        interpolation: of resizing; "": area when smaller, Lanczos when larger.
    """

    size: WrittenSize | None = None
    buckets: bool = False
    bucket_smallest: int = Field(default=256, ge=8)
    bucket_largest: int = Field(default=1024, ge=8)
    bucket_step: int = Field(default=64, ge=8)
    bucket_upscale: bool = True
    flip: bool = False
    random_crop: bool = False
    crop_windows: int = Field(default=4, ge=1, le=64)
    colour: bool = False
    face_crop: str = ""
    alpha_mask: bool = False
    masked: bool = False
    interpolation: str = ""


class Folder(Value):
    """Where pictures lie.

    Attributes:
        path: of the folder.
        parent: its sub-folders are `N_words`, each with its own repeats.
        repeats: looks per epoch of each picture; with `parent` the folders' names say it.
        regularization: pictures of the class, whose loss is multiplied by `prior_weight`.
        class_words: the caption of pictures without one.
        mask_folder: mask files of the same names.
        metadata: a JSON with the captions, instead of files beside the pictures.
        batch, captions, pictures: where they are others than the whole's.
    """

    path: str = Field(min_length=1)
    parent: bool = False
    repeats: int = Field(default=1, ge=1)
    regularization: bool = False
    class_words: str = ""
    mask_folder: str = ""
    metadata: str = ""
    batch: int | None = Field(default=None, ge=1)
    captions: Captions | None = None
    pictures: Pictures | None = None


class Optimizer(Value):
    """How weights are moved.

    Attributes:
        optimizer: lower-case name (`adamw`, `adamw8bit`, `lion8bit`, `adafactor`, `prodigy`, …) or
            `module.Class`.
        unet_rate, text_rate: learning rates; 0: this part is not trained.
        relative_step: Adafactor chooses its step size itself; the rates are not used.
        weight_decay, betas: None: the optimizer's own.
        arguments: others, by the optimizer's own names.
        max_grad_norm: gradients are clipped to this norm; 0: not.
        rate_ratio: LoRA+: the up factors' rate is so many times the down factors'; 0: equal.
            `unet_rate_ratio`, `text_rate_ratio`: of one part alone.
    """

    optimizer: str = "adamw"
    unet_rate: float = Field(default=1e-4, ge=0)
    text_rate: float = Field(default=5e-5, ge=0)
    relative_step: bool = False
    weight_decay: float | None = Field(default=None, ge=0)
    betas: tuple[float, ...] | None = None
    arguments: dict[str, bool | int | float | str] = Field(default_factory=dict)
    max_grad_norm: float = Field(default=1.0, ge=0)
    rate_ratio: float = Field(default=0.0, ge=0)
    unet_rate_ratio: float = Field(default=0.0, ge=0)
    text_rate_ratio: float = Field(default=0.0, ge=0)


class Schedule(Value):
    """How the rates move; the words are those of `schedules`.

    Attributes:
        schedule_begins: after the warm-up (`before`: that comes before), or `within` it.
        warmup: the rates rise linearly over so long; or `warmup_share` of all steps.
        rate_floor: share of the rate that remains at the end (`cosine_with_min_lr`).
    """

    schedule: ScheduleName = "constant"
    schedule_begins: Beginning = "before"
    warmup: WrittenDuration | None = None
    warmup_share: Share = Field(default=0.0, ge=0, le=1)
    cycles: int = Field(default=1, ge=1)
    power: float = Field(default=1.0, gt=0)
    rate_floor: Share = Field(default=0.0, ge=0, le=1)
    timescale: int | None = Field(default=None, ge=1)


class Loss(Value):
    """What is learned from a noisy picture.

    Attributes:
        min_snr_gamma: weight by min(SNR, gamma) / SNR; 0: none.
        noise_offset: each channel's noise is shifted by so much of a normal number; `…_random`: at
            most so much; `adaptive_noise`: plus so much of the channel's mean.
        multires_iterations, multires_discount: noise of several sizes; 0: plain noise.
        ip_noise_gamma: the noised picture gets more noise than the target says; 0: not.
        loss, huber_c, huber_scale, huber_schedule: the distance and its bend.
        debiased: weight 1 / sqrt(SNR).
        zero_terminal_snr: the last timestep is pure noise.
        scale_v_like_noise, v_like_loss: weights of v-prediction.
        timesteps: `stratified` covers the whole range in every batch, `uniform` draws each alone,
            `sigmoid` too, those in the middle most often (for flows), by `sigmoid_scale`.
        timestep_shift: towards the noise; 0: as the base does by the picture's size.
        guidance: that a distilled base is told; None: its own.
        min_timestep, max_timestep: timesteps are drawn from here to before there.
        prior_weight: of regularization pictures, and of `preservation`.
        preservation: what the base says of the class is kept, with or without pictures of it.
    """

    min_snr_gamma: float = Field(default=0.0, ge=0)
    noise_offset: float = 0.0
    noise_offset_random: bool = False
    adaptive_noise: float = 0.0
    multires_iterations: int = Field(default=0, ge=0)
    multires_discount: float = Field(default=0.3, ge=0)
    ip_noise_gamma: float = Field(default=0.0, ge=0)
    ip_noise_random: bool = False
    loss: Literal["l2", "l1", "huber", "smooth_l1"] = "l2"
    huber_c: float = Field(default=0.1, gt=0)
    huber_scale: float = Field(default=1.0, gt=0)
    huber_schedule: Literal["snr", "exponential", "constant"] = "snr"
    debiased: bool = False
    zero_terminal_snr: bool = False
    scale_v_like_noise: bool = False
    v_like_loss: float = 0.0
    timesteps: Literal["stratified", "uniform", "sigmoid"] = "stratified"
    sigmoid_scale: float = Field(default=1.0, gt=0)
    timestep_shift: float = Field(default=1.0, ge=0, le=100)
    guidance: float | None = Field(default=None, ge=0, le=100)
    min_timestep: int = Field(default=0, ge=0, lt=1000)
    max_timestep: int = Field(default=1000, gt=0, le=1000)
    prior_weight: float = Field(default=1.0, ge=0)
    preservation: bool = False


class Run(Value):
    """How long and how much at once.

    Attributes:
        length: of the whole run.
        batch: pictures per step; `accumulation`: batches per update.
        seed: None: not said.
        precision: of the frozen base; "": as the device does it best.
        ema: a running average of the factors is saved as well; 0: none.
        held_out: share of the pictures that is only measured on.
    """

    length: WrittenDuration = steps(1600)
    batch: int = Field(default=1, ge=1, le=1024)
    accumulation: int = Field(default=1, ge=1)
    seed: int | None = Field(default=None, ge=0, lt=2**63)
    precision: Literal["", "fp32", "fp16", "bf16"] = ""
    ema: Share = Field(default=0.0, ge=0, lt=1)
    held_out: Share = Field(default=0.0, ge=0, lt=1)


class Saving(Value):
    """What the run leaves, and where: nothing here changes the adapter.

    Attributes:
        name, folder, logs: of checkpoints; "": castmates' own places.
        save_every, save_also_every: a checkpoint after so long; the last one always is written.
        keep_last: so many numbered epochs stay; `keep_last_steps`: those of so many last steps.
        saved_precision: of numbers in the file.
        format: of the file.
        anonymous: names and folders are left out of the header.
        state: what a run goes on from is kept with every checkpoint.
        comment: for the header.
    """

    name: str = ""
    folder: str = ""
    logs: str = ""
    save_every: WrittenDuration | None = None
    save_also_every: WrittenDuration | None = None
    keep_last: int | None = Field(default=None, ge=1)
    keep_last_steps: int | None = Field(default=None, ge=1)
    saved_precision: Literal["fp32", "fp16", "bf16"] = "fp32"
    format: Literal["safetensors", "ckpt", "pt"] = "safetensors"
    anonymous: bool = False
    state: bool = False
    resume: str = ""
    comment: str = ""


class Samples(Value):
    """Pictures drawn while training.

    Attributes:
        sample_every: None: none.
        sample_first: before the first step as well.
        sample_prompts: kohya's prompt file, or its text.
        sample_sampler: kohya's name.
    """

    sample_every: WrittenDuration | None = None
    sample_first: bool = False
    sample_prompts: str = ""
    sample_sampler: str = "ddim"


class TrainingSettings(Value):
    """Everything a configuration says, every setting filled in.

    Attributes:
        folders: where the pictures lie; empty: the character's own.
    """

    base: Base = Base()
    adapter: Adapter = Adapter()
    optimizer: Optimizer = Optimizer()
    schedule: Schedule = Schedule()
    run: Run = Run()
    pictures: Pictures = Pictures()
    captions: Captions = Captions()
    loss: Loss = Loss()
    saving: Saving = Saving()
    samples: Samples = Samples()
    folders: tuple[Folder, ...] = ()


def places() -> dict[str, str]:
    """Setting's name -> section: `{"rank": "adapter", …}`; every name occurs once."""
    return {
        name: section
        for section, field in TrainingSettings.model_fields.items()
        if isinstance(field.annotation, type) and issubclass(field.annotation, Value)
        for name in field.annotation.model_fields
    }

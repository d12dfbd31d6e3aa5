"""The settings of every training job as frozen values; knows no torch and does no work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

EMBEDDED = Path(__file__).parents[2] / "src" / "castmates" / "embedded"
"""Where the shipped weights lie in a checkout."""


@dataclass(frozen=True)
class Machine:
    """How fast: changes nothing in what a job is after, only its speed and rounding.

    `threads` counts torch's threads (None: as torch finds it), `processes` the renderers.
    `low` runs the networks under bfloat16 autocast (CPUs with AVX512-bf16, or CUDA).
    `compiled` trains the U-Net through torch.compile (wants a C++ compiler; 1.1-1.2 times as fast
    on two cores at batch 32-64, after some 40 seconds of compiling).
    """

    device: str = "cpu"
    threads: int | None = None
    processes: int = 2
    low: bool = True
    compiled: bool = False


@dataclass(frozen=True)
class Budget:
    """When a stretch ends: after active `minutes`, or exactly after `steps` (for tests).

    `hold` keeps the rate constant to the end, for a stretch that another will continue.
    """

    minutes: float = 60.0
    steps: int | None = None
    hold: bool = False


@dataclass(frozen=True)
class Rate:
    """A learning rate: warm-up, then constant, then falling linearly over the last `falling`."""

    peak: float = 1e-3
    warmup: int = 200
    falling: float = 0.35
    floor: float = 0.02


@dataclass(frozen=True)
class Pictures:
    """Which pictures are rendered: `count` seeds from `first` on, `size` px, of one width."""

    count: int = 24_000
    first: int = 0
    size: int = 128
    widths: str = "quiet"


@dataclass(frozen=True)
class VaeSettings:
    """AutoencoderKL and its losses; sets of renders at several scales, cropped."""

    channels: tuple[int, ...] = (16, 48, 96, 128)
    latents: int = 8
    sets: tuple[Pictures, ...] = (
        Pictures(count=8000),
        Pictures(count=3000, first=40_000_000, size=160, widths="wide"),
        Pictures(count=3000, first=41_000_000, size=192),
    )
    crop: int = 96
    batch: int = 8
    kl: float = 2e-5
    eyes: float = 3.0
    rate: Rate = field(default=Rate(peak=8e-4, warmup=60, falling=1.0))


@dataclass(frozen=True)
class TextSettings:
    """CLIPTextModel of three layers, taught to read slots; a BPE of about 900 entries."""

    width: int = 256
    layers: int = 3
    heads: int = 4
    merges: int = 390
    specs: int = 30_000
    batch: int = 48
    crowded: float = 0.4
    rate: Rate = field(default=Rate(peak=8e-4, warmup=60, falling=1.0, floor=0.03))


@dataclass(frozen=True)
class UnetSettings:
    """UNet2DConditionModel, v-prediction, zero-terminal SNR.

    `grown_share` is the part of each batch that comes from the grown world, where a job has
    pictures of it; `grown_held_out` counts those that are measured on beside the quiet ones.
    """

    channels: tuple[int, ...] = (96, 176, 224)
    heads: tuple[int, ...] = (2, 4, 7)
    batch: int = 32
    rate: Rate = field(default=Rate())
    warm_peak: float = 3e-4
    caption_drop: float = 0.1
    tag_drop: float = 0.05
    lean: float = 0.75
    ema: float = 0.99
    held_out: int = 256
    grown_share: float = 0.5
    grown_held_out: int = 256
    sheet_minutes: float = 6.0


@dataclass(frozen=True)
class TaggerSettings:
    """A small residual network that names what is in a picture."""

    widths: tuple[int, ...] = (32, 64, 112, 160)
    sets: tuple[Pictures, ...] = (
        Pictures(count=24_000),
        Pictures(count=8000, first=50_000_000, widths="wide"),
    )
    batch: int = 32
    redrawn: int = 3000
    strength: float = 0.5
    rate: Rate = field(default=Rate(peak=2e-3, warmup=100, falling=0.8))
    check: int = 2000


@dataclass(frozen=True)
class EncoderSettings:
    """A direction per character: supervised contrastive training over random characters."""

    characters: int = 3000
    views: int = 6
    batch: int = 32
    width: int = 128
    temperature: float = 0.1
    redrawn: int = 500
    strength: float = 0.4
    rate: Rate = field(default=Rate(peak=1e-3, warmup=60, falling=0.8))
    check: int = 120


@dataclass(frozen=True)
class Job:
    """One command: where it works, what it starts from, how long and how fast.

    `pictures` is what the U-Net learns from, `grown` more of it from the grown world.
    """

    work: Path = Path(".storybook")
    embedded: Path = EMBEDDED
    budget: Budget = field(default=Budget())
    machine: Machine = field(default=Machine())
    from_scratch: bool = False
    seed: int = 0
    pictures: Pictures = field(default=Pictures())
    grown: Pictures | None = None

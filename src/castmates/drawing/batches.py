"""Which shots share a forward pass, and how many; draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import ceil

import torch
from torch import Tensor

from castmates.core.types import Shot, Size
from castmates.drawing.asked import Asked
from castmates.drawing.image_to_image import second_size, steps_drawn, steps_laid_out
from castmates.drawing.sampler_names import AUTOMATIC, TRAILING, named, schedule_named
from castmates.drawing.samplers import SAMPLERS
from castmates.drawing.shots import ExtendedShot, Hires, Start, Variation
from castmates.families.base import Base
from castmates.families.facts import Facts

CPU_POSITIONS = 16384
"""Latent positions over all rows of a batch at which a CPU is busy: 64 rows of 128 px.

On two cores in bfloat16, a U-Net of 21 M weights takes 28, 12.3, 8.2 and 7.5 ms a row in batches
of 2, 8, 32 and 64.
"""
GPU_BYTES_PER_POSITION = 100_000
GPU_SHARE = 0.5
GPU_MOST = 64
"""An estimate, meant to be safe: 0.4 GB for a row of SD 1.x at 512 px (4096 positions) in half
precision. Where it is not, the painter halves the batch."""


@dataclass(frozen=True)
class Job:
    """One pass over one shot, with nothing left open, and its place in what was asked for.

    Attributes:
        size: that is drawn.
        steps: that its schedule is laid out for.
        asked: its plan; None: not read yet, and taken for one text.
        regions: the plans of its regions' words.
        last: how many of the schedule's last steps are drawn; None: all, from noise alone.
        second: the pass that follows this one.
        latents: (c, h, w) that a second pass begins with.
        guidance: between two rows of words; the shot's may be a number that the network is told.
        weighs: whether brackets make words count more or less here.
    """

    index: int
    shot: Shot
    size: Size
    sampler: str
    schedule: str
    steps: int
    guidance: float
    asked: Asked | None = None
    regions: tuple[Asked, ...] = ()
    last: int | None = None
    second: Job | None = None
    latents: Tensor | None = field(default=None, compare=False)
    weighs: bool = True

    @property
    def variation(self) -> Variation | None:
        return self.shot.variation if isinstance(self.shot, ExtendedShot) else None

    @property
    def start(self) -> Start | None:
        """The picture that it begins with; a second pass begins with the first one's."""
        return self.shot.start if isinstance(self.shot, ExtendedShot) else None

    @property
    def hires(self) -> Hires | None:
        return self.shot.hires if isinstance(self.shot, ExtendedShot) else None

    @property
    def drawn_steps(self) -> int:
        return self.steps if self.last is None else min(self.last, self.steps)

    @property
    def is_guided(self) -> bool:
        """Guidance 1 is the words alone: no row of negative words is needed."""
        return self.guidance != 1.0 or (self.asked is not None and not self.asked.is_plain)

    @property
    def rows(self) -> int:
        """Rows of the U-Net that it takes."""
        rows = (1 if self.asked is None else self.asked.parts) + self.is_guided
        places = self.shot.places if isinstance(self.shot, ExtendedShot) else None
        # In one pass the texts of the regions cost little.
        apart = places is not None and places.blending != "attention"
        return rows * (1 + len(self.regions)) if apart else rows


@dataclass(frozen=True)
class Batch:
    """Jobs that are drawn together: same size, sampler, schedule, steps; all guided or none.

    Whether a row begins with a picture, and with which, is its own affair, as far as it draws the
    same steps.
    """

    jobs: tuple[Job, ...]

    @property
    def first(self) -> Job:
        return self.jobs[0]

    def halves(self) -> list[Batch]:
        middle = (len(self.jobs) + 1) // 2
        return [Batch(self.jobs[:middle]), Batch(self.jobs[middle:])]


def job(index: int, shot: Shot, facts: Facts) -> Job:
    """The shot with the base's own preferences where it leaves something open."""
    native = facts.native_size
    size = shot.size or (native if isinstance(native, Size) else Size(width=native, height=native))
    sampler, schedule = _course(shot, facts)
    steps = shot.steps or facts.steps
    guidance = facts.guidance if shot.guidance is None else shot.guidance
    told, guidance = guidance, guidance if facts.takes_negative else 1.0
    update = {"size": size, "sampler": sampler, "schedule": schedule, "steps": steps}
    update |= {"guidance": told if facts.told_guidance else guidance}
    update |= {"clip_skip": shot.clip_skip or facts.clip_skip}
    filled = shot.model_copy(update=update)
    weighs = facts.weighs_words
    made = Job(index, filled, size, sampler, schedule, steps, guidance, weighs=weighs)
    if made.start is not None:
        return replace(made, last=steps_drawn(made.start.strength, steps))
    if made.hires is not None:
        return replace(made, second=_second(made, made.hires, facts))
    return made


def _second(first: Job, hires: Hires, facts: Facts) -> Job:
    """The second pass of hires fix."""
    steps = hires.steps or first.steps
    # At full strength all of a schedule is drawn, from noise alone.
    last = {0.0: 0, 1.0: None}.get(hires.strength, steps)
    return replace(
        first,
        size=second_size(first.size, hires, facts.size_multiple),
        steps=steps if last is None else steps_laid_out(hires.strength, steps),
        last=last,
    )


def _course(shot: Shot, facts: Facts) -> tuple[str, str]:
    """Sampler and schedule by our names: a sampler's name may say its schedule."""
    sampler, said = named(shot.sampler or facts.sampler)
    schedule = schedule_named(shot.schedule) if shot.schedule else said or TRAILING
    if schedule == AUTOMATIC and sampler in SAMPLERS:
        schedule = SAMPLERS.take(sampler).automatic
    return sampler, schedule


def grouped(jobs: Sequence[Job], at_most: Callable[[Job], int]) -> list[Batch]:
    """Batches of even lengths, none above `at_most`, groups in the order of their first job."""
    groups: dict[tuple[object, ...], list[Job]] = {}
    for at in jobs:
        kind = (at.size, at.sampler, at.schedule, at.steps, at.last, at.is_guided)
        groups.setdefault(kind, []).append(at)
    batches = []
    for group in groups.values():
        most = at_most(max(group, key=lambda at: at.rows))
        count = ceil(len(group) / max(1, most))
        # Even lengths: 17 jobs at most 16 together are 9 and 8, not 16 and a lonely 1.
        ends = [round(len(group) * i / count) for i in range(count + 1)]
        batches += [Batch(tuple(group[a:b])) for a, b in pairwise(ends) if a < b]
    return batches


def fitting(at: Job, base: Base) -> int:
    """How many such jobs at once keep this machine busy without filling its memory."""
    _, height, width = latent_shape(at.size, base)
    positions = height * width * at.rows
    device = torch.device(base.device)
    if device.type != "cuda":
        return max(1, CPU_POSITIONS // positions)
    free, _ = torch.cuda.mem_get_info(device)
    fits = int(free * GPU_SHARE) // (positions * GPU_BYTES_PER_POSITION)
    return max(1, min(GPU_MOST, fits))


def latent_shape(size: Size, base: Base) -> tuple[int, int, int]:
    """(channels, height, width) of the latent of a picture."""
    channels = base.facts.latent_channels or int(base.unet.config.in_channels)
    shrink = 2 ** (len(base.vae.config.block_out_channels) - 1)
    return channels, size.height // shrink, size.width // shrink

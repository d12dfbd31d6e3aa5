"""Which shots share a forward pass, and how many; draws nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil

import torch

from castmates.core.types import Shot, Size
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
    """One shot to draw, with nothing left open, and its place in what was asked for."""

    index: int
    shot: Shot
    size: Size
    sampler: str
    steps: int
    guidance: float

    @property
    def is_guided(self) -> bool:
        """Guidance 1 is the words alone: no second row is needed."""
        return self.guidance != 1.0


@dataclass(frozen=True)
class Batch:
    """Jobs that are drawn together: same size, sampler and steps, all guided or none."""

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
    sampler = (shot.sampler or facts.sampler).strip().lower()
    steps = shot.steps or facts.steps
    guidance = facts.guidance if shot.guidance is None else shot.guidance
    if not facts.takes_negative:
        guidance = 1.0
    filled = shot.model_copy(
        update={"size": size, "sampler": sampler, "steps": steps, "guidance": guidance}
    )
    return Job(index, filled, size, sampler, steps, guidance)


def grouped(jobs: Sequence[Job], at_most: Callable[[Job], int]) -> list[Batch]:
    """Batches of even lengths, none above `at_most`, groups in the order of their first job."""
    groups: dict[tuple[Size, str, int, bool], list[Job]] = {}
    for at in jobs:
        groups.setdefault((at.size, at.sampler, at.steps, at.is_guided), []).append(at)
    batches = []
    for group in groups.values():
        count = ceil(len(group) / max(1, at_most(group[0])))
        # Even lengths: 17 jobs at most 16 together are 9 and 8, not 16 and a lonely 1.
        ends = [round(len(group) * i / count) for i in range(count + 1)]
        batches += [Batch(tuple(group[a:b])) for a, b in pairwise(ends) if a < b]
    return batches


def fitting(at: Job, base: Base) -> int:
    """How many such jobs at once keep this machine busy without filling its memory."""
    _, height, width = latent_shape(at.size, base)
    positions = height * width * (2 if at.is_guided else 1)
    device = torch.device(base.device)
    if device.type != "cuda":
        return max(1, CPU_POSITIONS // positions)
    free, _ = torch.cuda.mem_get_info(device)
    fits = int(free * GPU_SHARE) // (positions * GPU_BYTES_PER_POSITION)
    return max(1, min(GPU_MOST, fits))


def latent_shape(size: Size, base: Base) -> tuple[int, int, int]:
    """(channels, height, width) of the latent of a picture."""
    channels = int(base.unet.config.in_channels)
    shrink = 2 ** (len(base.vae.config.block_out_channels) - 1)
    return channels, size.height // shrink, size.width // shrink

"""Every random number of a run, as a function of where it is used; knows no training.

There is no generator whose state must be carried along. A number is drawn from a generator seeded
by (recipe seed, purpose, place), the place being the picture and the how-manieth visit to it. So a
run that goes on after a stop draws what it would have drawn, and the noise of a visit is the same
in any batch (the idea of per-sample seeds in NVlabs/edm2).
"""

from __future__ import annotations

from hashlib import blake2b
from random import Random

import torch
from torch import Tensor


def seed_of(seed: int, *place: object) -> int:
    """A seed in 0 … 2^63-1 that depends on all parts; stable over machines and versions."""
    written = "/".join(str(part) for part in (seed, *place))
    return int.from_bytes(blake2b(written.encode(), digest_size=8).digest(), "big") >> 1


def words_of(seed: int, *place: object) -> Random:
    """Random numbers for Python code: shuffles, choices."""
    return Random(seed_of(seed, *place))


def normal(shape: tuple[int, ...], seed: int, *place: object) -> Tensor:
    """Standard normal noise of that shape, float32, drawn on the CPU whatever the device."""
    generator = torch.Generator().manual_seed(seed_of(seed, *place))
    return torch.randn(shape, generator=generator)

"""Noise as a function of where it is used; knows no training.

There is no generator whose state must be carried along. A number is drawn from a generator seeded
by (recipe seed, purpose, place), the place being the picture and the how-manieth visit to it. So a
run that goes on after a stop draws what it would have drawn, and the noise of a visit is the same
in any batch (the idea of per-sample seeds in NVlabs/edm2). Numbers for Python code are drawn in the
same way: `seeding`.
"""

from __future__ import annotations

import torch
from torch import Tensor

from castmates.training.seeding import seed_of


def normal(shape: tuple[int, ...], seed: int, *place: object) -> Tensor:
    """Standard normal noise of that shape, float32, drawn on the CPU whatever the device."""
    generator = torch.Generator().manual_seed(seed_of(seed, *place))
    return torch.randn(shape, generator=generator)

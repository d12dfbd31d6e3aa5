"""Noise between two seeds, and noise of another size, as A1111 mixes them; knows no network."""

from __future__ import annotations

import torch
from torch import Tensor

from castmates.core.types import Rng
from castmates.drawing.noise import noise
from castmates.drawing.shots import Variation

_STRAIGHT = 1e-6
"""Sines of angles below this have no curve between them."""


def varied(first: Tensor, seed: int, variation: Variation, rng: Rng, shrink: int) -> Tensor:
    """The starting noise of one picture.

    Args:
        first: (c, h, w), the first draw of the picture's own seed.
        shrink: pixels of the picture for each number, down or across.
    """
    size = variation.resize_from
    shape: tuple[int, int, int] = (first.shape[0], first.shape[1], first.shape[2])
    if size is not None:
        shape = (shape[0], size.height // shrink, size.width // shrink)
    own = first if shape == tuple(first.shape) else noise(seed, shape, rng).to(first)
    if variation.strength > 0.0:
        other = noise(variation.seed, shape, rng).to(first)
        own = between(own, other, variation.strength)
    return own if own.shape == first.shape else pasted(own, first)


def between(one: Tensor, other: Tensor, share: float) -> Tensor:
    """From `one` (share 0) to `other` (share 1) along an arc: (c, h, w) each.

    As in A1111 every column (c, w) has an angle of its own: vectors run along the height. 0 and 1
    give the ends exactly.
    """
    directions = [part / part.norm(dim=1, keepdim=True).clamp_min(1e-12) for part in (one, other)]
    angle = torch.acos((directions[0] * directions[1]).sum(1, keepdim=True).clamp(-1.0, 1.0))
    sine = torch.sin(angle)
    bends = sine > _STRAIGHT
    safe = torch.where(bends, sine, torch.ones_like(sine))
    near = torch.where(bends, torch.sin((1.0 - share) * angle) / safe, angle.new_tensor(1 - share))
    far = torch.where(bends, torch.sin(share * angle) / safe, angle.new_tensor(share))
    return near * one + far * other


def pasted(small: Tensor, large: Tensor) -> Tensor:
    """Noise of one size in the middle of noise of another; what stands over is cut evenly."""
    result = large.clone()
    into, taken = [slice(None)], [slice(None)]
    for axis in (1, 2):
        room = large.shape[axis] - small.shape[axis]
        length = min(large.shape[axis], small.shape[axis])
        begin, skipped = max(0, room // 2), max(0, -(room // 2))
        into.append(slice(begin, begin + length))
        taken.append(slice(skipped, skipped + length))
    result[tuple(into)] = small[tuple(taken)]
    return result

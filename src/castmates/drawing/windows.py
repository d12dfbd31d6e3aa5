"""Windows side by side over a wide picture, each as wide as the base draws best; knows no text.

All windows are steps of one picture: where they overlap, what they say of it is mixed, so that the
scenery goes on from one to the next (MultiDiffusion, Bar-Tal et al. 2023, 2302.08113; overlaps fade
from one to the other as in Mixture of Diffusers, Jiménez 2023, 2302.02412).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from castmates.drawing.shots import Box

Window = tuple[int, int]
"""First and last (exclusive) column."""


def windows_of(boxes: Sequence[Box], wide: int, native: int) -> tuple[Window, ...]:
    """A window around the middle of each box, as far as the picture reaches.

    Args:
        wide: columns of the picture; native: columns that the base draws best.
    """
    width = min(wide, native)
    firsts = (round((left + right) / 2 * wide - width / 2) for left, _, right, _ in boxes)
    kept = (min(max(0, first), wide - width) for first in firsts)
    return tuple((first, first + width) for first in kept)


def are_covering(windows: Sequence[Window], wide: int) -> bool:
    """Whether no column is left out."""
    seen = {column for first, last in windows for column in range(first, last)}
    return len(seen) == wide


def fading(windows: Sequence[Window], wide: int) -> Tensor:
    """(windows, wide) in 0..1: what each says counts less towards its edges; sums are 1.

    Raises:
        ValueError: a column is in no window.
    """
    if not are_covering(windows, wide):
        raise ValueError(f"{len(windows)} windows leave out columns of {wide}")
    at = torch.arange(wide) + 0.5
    inside = [torch.minimum(at - first, last - at).clamp_min(0.0) for first, last in windows]
    found = torch.stack(inside)
    return found / found.sum(0)

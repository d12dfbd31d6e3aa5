"""Random numbers that belong to one picture; knows no batch.

A seed gives the same numbers alone or in any batch, on any device: they are drawn in float32 by a
CPU generator of the picture's own. The first draw is the starting latent, later ones are the noise
that ancestral samplers add (A1111's order with RNG "CPU"; diffusers' with one CPU generator a
picture).
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor


class Stream:
    """The numbers of one picture, in order.

    Args:
        seed: 0 to 2**63 - 1.
        shape: of every draw: (channels, height, width) of the latent.
    """

    def __init__(self, seed: int, shape: tuple[int, int, int]) -> None:
        self._generator = torch.Generator("cpu").manual_seed(seed)
        self._shape = shape

    def draw(self) -> Tensor:
        """The next `shape` of unit normal numbers, float32, on the CPU."""
        return torch.randn(self._shape, generator=self._generator, dtype=torch.float32)


class Streams:
    """The streams of a batch, one a row."""

    def __init__(
        self, seeds: Sequence[int], shape: tuple[int, int, int], device: torch.device | str
    ) -> None:
        self._streams = [Stream(seed, shape) for seed in seeds]
        self._device = device

    def draw(self) -> Tensor:
        """(n, channels, height, width) float32 on the device: the next draw of every row."""
        return torch.stack([stream.draw() for stream in self._streams]).to(self._device)


def noise(seed: int, shape: tuple[int, int, int]) -> Tensor:
    """The starting noise of the picture with this seed: unit normal, float32, on the CPU."""
    return Stream(seed, shape).draw()

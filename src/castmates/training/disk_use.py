"""How many bytes a run will write, counted from shapes before it starts; touches no disk.

Adapter files hold, per module, the factors and one alpha; sizes of the factors follow LyCORIS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from math import isqrt
from typing import Literal

from castmates.training.buckets import Pixels

HEADER_PER_TENSOR = 140
"""Bytes of header that a tensor's entry, its name and its share of the metadata take, about."""


@dataclass(frozen=True)
class Layer:
    """A layer that an adapter acts on: channels in and out, and a square kernel's side."""

    inputs: int
    outputs: int
    kernel: int = 1

    @property
    def wide(self) -> bool:
        """Whether it is a convolution that has the rank of convolutions (3x3)."""
        return self.kernel > 1


@dataclass(frozen=True)
class Shape:
    """What decides the size of an adapter.

    Attributes:
        kind: of factors.
        rank, conv_rank: of linear layers and 1x1, and of wider convolutions (0: left alone).
        factor: of LoKr; -1: as near to the square root as divides.
    """

    kind: Literal["lora", "loha", "lokr"]
    rank: int
    conv_rank: int = 0
    factor: int = -1

    def numbers(self, layer: Layer) -> int:
        """Numbers in this layer's factors, alpha left out; 0: the layer is left alone."""
        rank = self.conv_rank if layer.wide else self.rank
        if rank == 0:
            return 0
        inputs = layer.inputs * layer.kernel**2
        if self.kind == "lora":
            return rank * (inputs + layer.outputs)
        if self.kind == "loha":
            return 2 * rank * (inputs + layer.outputs)
        return self._lokr(layer, rank)

    def tensors(self, layer: Layer) -> int:
        """Tensors in the file for this layer."""
        if self.numbers(layer) == 0:
            return 0
        return {"lora": 3, "loha": 5, "lokr": 4}[self.kind]

    def _lokr(self, layer: Layer, rank: int) -> int:
        """The small factor is whole; the large one too when the rank is half its side or more."""
        small_out, large_out = split(layer.outputs, self.factor)
        small_in, large_in = split(layer.inputs, self.factor)
        spread = large_in * layer.kernel**2
        low = rank < max(large_out, large_in) / 2
        large = rank * (large_out + spread) if low else large_out * spread
        return small_out * small_in + large


def split(size: int, factor: int = -1) -> tuple[int, int]:
    """Two factors of `size`, the smaller first: LoKr's split of a dimension.

    Args:
        factor: the smaller one where it divides; else, and for -1, the largest divisor up to it,
            or up to the square root.
    """
    if factor > 0 and size % factor == 0:
        return (factor, size // factor) if factor <= size // factor else (size // factor, factor)
    limit = isqrt(size) if factor < 0 else min(factor, isqrt(size))
    small = next(n for n in range(limit, 0, -1) if size % n == 0)
    return small, size // small


def adapter_bytes(layers: Iterable[Layer], shape: Shape, bytes_per_number: int = 2) -> int:
    """About how large one checkpoint is (fp16: 2 bytes a number); within one per cent."""
    found = 0
    for layer in layers:
        if numbers := shape.numbers(layer):
            found += (numbers + 1) * bytes_per_number
            found += HEADER_PER_TENSOR * shape.tensors(layer)
    return found


def latents_bytes(
    sizes: Iterable[Pixels], *, sides: int = 1, channels: int = 4, bytes_per_number: int = 4
) -> int:
    """The cache of pictures as latents: an eighth of each side.

    Args:
        sizes: the bucket of every picture, once each.
        sides: 2 when mirrored ones are kept as well.
    """
    each = sum((width // 8) * (height // 8) for width, height in sizes)
    return each * sides * channels * bytes_per_number


def text_bytes(
    captions: int, *, tokens: int = 77, width: int = 768, bytes_per_number: int = 4
) -> int:
    """The cache of what a frozen text encoder makes of `captions` different texts."""
    return captions * tokens * width * bytes_per_number

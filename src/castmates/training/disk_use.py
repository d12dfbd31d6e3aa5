"""How many bytes a run will write, counted from shapes before it starts; touches no disk.

Adapter files hold, per module, the factors and one alpha; sizes of the factors follow LyCORIS.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from castmates.adapters.splitting import halves, split
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
        factor, decompose_both, full_matrix: of LoKr (`adapters.splitting`).
        dora: with a magnitude for each channel out.
    """

    kind: Literal["lora", "loha", "lokr"]
    rank: int
    conv_rank: int = 0
    factor: int = -1
    decompose_both: bool = False
    full_matrix: bool = False
    dora: bool = False

    def numbers(self, layer: Layer) -> int:
        """Numbers in this layer's factors, alpha left out; 0: the layer is left alone."""
        rank = self.conv_rank if layer.wide else self.rank
        if rank == 0:
            return 0
        magnitudes = layer.outputs if self.dora else 0
        if self.kind == "lokr":
            return self._lokr(layer, rank) + magnitudes
        pair = rank * (layer.inputs * layer.kernel**2 + layer.outputs)
        return pair * (2 if self.kind == "loha" else 1) + magnitudes

    def tensors(self, layer: Layer) -> int:
        """Tensors in the file for this layer."""
        if self.numbers(layer) == 0:
            return 0
        factors = {"lora": 2, "loha": 4, "lokr": 2 + sum(self._low(layer))}[self.kind]
        return factors + 1 + self.dora

    def _low(self, layer: Layer) -> tuple[bool, bool]:
        rank = self.conv_rank if layer.wide else self.rank
        both, full = self.decompose_both, self.full_matrix
        return halves(layer.outputs, layer.inputs, rank, self.factor, both=both, full=full)

    def _lokr(self, layer: Layer, rank: int) -> int:
        small_out, large_out = split(layer.outputs, self.factor)
        small_in, large_in = split(layer.inputs, self.factor)
        sides = ((small_out, small_in), (large_out, large_in * layer.kernel**2))
        return sum(
            rank * (rows + columns) if low else rows * columns
            for (rows, columns), low in zip(sides, self._low(layer), strict=True)
        )


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

"""A running average of the factors, saved as one more candidate; knows no training and no file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import torch
from torch import Tensor, nn

_FRONT = "average."


class Average:
    """average = decay average + (1 - decay) factor after every update, float32.

    The decay begins small, min(decay, (1 + n) / (10 + n)) after n updates, so that the first
    factors are forgotten. Down and up factors are averaged each by itself, which is not quite the
    average of their products; the difference is of second order in how much they still move.

    Args:
        factors: by name, as they begin.
        decay: 0.999 looks back over about the last thousand updates.
    """

    def __init__(self, factors: Mapping[str, nn.Parameter], decay: float) -> None:
        self._decay = decay
        self._held = {name: factor.detach().clone() for name, factor in factors.items()}

    @torch.no_grad()
    def follow(self, factors: Mapping[str, nn.Parameter], update: int) -> None:
        """Take the factors in, after the `update`-th update (from 1)."""
        decay = min(self._decay, (1 + update) / (10 + update))
        for name, factor in factors.items():
            self._held[name].lerp_(factor, 1 - decay)

    @contextmanager
    def shown(self, factors: Mapping[str, nn.Parameter]) -> Iterator[None]:
        """Inside, the factors are the average; afterwards they are themselves again."""
        own = {name: factor.detach().clone() for name, factor in factors.items()}
        _copy(self._held, factors)
        try:
            yield
        finally:
            _copy(own, factors)

    def tensors(self) -> dict[str, Tensor]:
        """What a run goes on from."""
        return {f"{_FRONT}{name}": tensor for name, tensor in self._held.items()}

    def put_back(self, tensors: Mapping[str, Tensor]) -> None:
        """The reverse of `tensors`."""
        for name, tensor in self._held.items():
            tensor.copy_(tensors[f"{_FRONT}{name}"])


@torch.no_grad()
def _copy(tensors: Mapping[str, Tensor], factors: Mapping[str, nn.Parameter]) -> None:
    for name, factor in factors.items():
        factor.copy_(tensors[name])

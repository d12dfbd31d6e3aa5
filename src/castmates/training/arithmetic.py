"""In which number format the frozen base computes, and loss scaling for float16; knows no network.

Factors, optimizer and loss are float32 whatever it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

import torch
from torch import Tensor

from castmates.core.events import Warned
from castmates.families.precision import half_on

Precision = Literal["", "fp32", "bf16", "fp16"]

_FORMATS = {"fp32": None, "bf16": torch.bfloat16, "fp16": torch.float16}
_FIRST_SCALE = 2.0**16
_LEAST_SCALE = 1.0
_PATIENCE = 2000
"""Good updates before the scale is doubled."""


def half_for(precision: Precision, device: torch.device) -> torch.dtype | None:
    """The half format of the base's arithmetic; None: float32.

    Args:
        precision: as asked for, where the device has instructions for it; else, and for "":
            bfloat16 if it has those, else float32 (`families.precision.half_on`).
    """
    if precision and computes(precision, device):
        return _FORMATS[precision]
    return half_on(device)


def computes(precision: Precision, device: torch.device) -> bool:
    """Whether the device computes so by itself. What it only imitates is many times slower than
    float32: float16 on a CPU thirty times."""
    if precision == "bf16" and device.type in ("cpu", "cuda"):
        return half_on(device) == torch.bfloat16
    return precision != "fp16" or device.type != "cpu"


def cautions(precision: Precision, device: torch.device) -> Iterator[Warned]:
    """What a user should know of a format that was asked for."""
    if not computes(precision, device):
        yield Warned(
            what=f"This {device.type} has no instructions for {precision}; it computes in "
            f"{written(half_for(precision, device))}, and the result differs by rounding.",
            fix="Nothing need be done; with --set precision=fp32 any device gives the same.",
        )


def written(half: torch.dtype | None) -> str:
    """`fp32`, `bf16` or `fp16`."""
    return next(name for name, one in _FORMATS.items() if one == half)


class Scaler:
    """Keeps small gradients of float16 from becoming 0 (Micikevicius et al. 2017, 1710.03740).

    The loss is multiplied by `scale` before the backward. When that overflows, the update is left
    out and the scale halved; after 2000 good updates it is doubled.
    """

    def __init__(self) -> None:
        self.scale = _FIRST_SCALE
        self._good = 0

    @property
    def gave_up(self) -> bool:
        """Whether gradients overflow even unscaled: something else is wrong."""
        return self.scale < _LEAST_SCALE

    def unscale(self, parameters: Iterable[Tensor]) -> None:
        """Divide the gradients by the scale."""
        for parameter in parameters:
            if parameter.grad is not None:
                parameter.grad.mul_(1 / self.scale)

    def note(self, finite: bool) -> None:
        """Whether the gradients were all numbers."""
        self._good = self._good + 1 if finite else 0
        if not finite:
            self.scale /= 2
        elif self._good == _PATIENCE:
            self.scale, self._good = self.scale * 2, 0

    def tensors(self) -> dict[str, Tensor]:
        """What a run goes on from."""
        numbers = (self.scale, float(self._good))
        return {"scaler": torch.tensor(numbers, dtype=torch.float64)}

    def put_back(self, tensors: Mapping[str, Tensor]) -> None:
        """The reverse of `tensors`."""
        if "scaler" in tensors:
            self.scale, good = tensors["scaler"].tolist()
            self._good = int(good)

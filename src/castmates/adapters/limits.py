"""Weight differences kept within a norm while they are trained; knows no training.

kohya's `scale_weight_norms`: a layer whose |s · dW| (Frobenius) is above the limit is scaled down
to it, each of its n parts by the n-th root, as LyCORIS does with a LoKr.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.factors import Adapter


@torch.no_grad()
def scale_down(adapter: Adapter, most: float) -> None:
    """Change the adapter's numbers in place; what is within the limit keeps its bits.

    Args:
        most: the largest norm of a layer. Magnitudes of a DoRA are left as they are.
    """
    for factors in adapter.factors.values():
        up, down = factors.up.float().flatten(1), factors.down.float().flatten(1)
        squared = ((up.T @ up) * (down @ down.T)).sum().clamp(min=0)
        _shrink((factors.up, factors.down), squared.sqrt() * abs(factors.scale), most)
    for share in adapter.native.values():
        parts = [part for name, part in share.parts.items() if name != MAGNITUDE]
        _shrink(parts, share.delta().norm(), most)


def _shrink(parts: Sequence[Tensor], norm: Tensor, most: float) -> None:
    ratio = (most / norm.clamp(min=most / 2)).clamp(max=1.0) ** (1 / len(parts))
    for part in parts:
        part.mul_(ratio)

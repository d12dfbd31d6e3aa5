"""An NVIDIA GPU's normal numbers, computed anywhere; knows no picture.

Philox 4x32-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") and Box and
Muller's transformation, laid out as PyTorch's CUDA generator lays out a tensor: element i of draw n
has the counter (n, 0, i, 0), the key is the seed. Very large tensors differ on a real GPU.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_Words = NDArray[np.uint64]
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)
_FACTORS = (np.uint64(0xD2511F53), np.uint64(0xCD9E8D57))
_WEYL = (0x9E3779B9, 0xBB67AE85)
_ROUNDS = 10


def normals(seed: int, shape: Sequence[int], draw: int = 0) -> NDArray[np.float32]:
    """Unit normal numbers of a shape: the draw of this number, counted from 0, of a seed."""
    count = int(np.prod(shape))
    places = np.arange(count, dtype=np.uint64)
    none = np.zeros(count, np.uint64)
    first, second = _philox([none + np.uint64(draw), none, places, none], seed)
    u = first.astype(np.float64) * 2.0**-32 + 2.0**-33
    v = 2.0 * np.pi * (second.astype(np.float64) * 2.0**-32 + 2.0**-33)
    found: NDArray[np.float32] = (np.sqrt(-2.0 * np.log(u)) * np.sin(v)).astype(np.float32)
    return found.reshape(shape)


def _philox(counter: list[_Words], seed: int) -> tuple[_Words, _Words]:
    """The first two of the four words that each counter gives."""
    c0, c1, c2, c3 = counter
    k0, k1 = seed & 0xFFFFFFFF, seed >> 32 & 0xFFFFFFFF
    for _ in range(_ROUNDS):
        p0, p1 = c0 * _FACTORS[0], c2 * _FACTORS[1]
        c0, c1, c2, c3 = (
            (p1 >> _HALF) ^ c1 ^ np.uint64(k0),
            p1 & _LOW,
            (p0 >> _HALF) ^ c3 ^ np.uint64(k1),
            p0 & _LOW,
        )
        k0, k1 = (k0 + _WEYL[0]) & 0xFFFFFFFF, (k1 + _WEYL[1]) & 0xFFFFFFFF
    return c0, c1

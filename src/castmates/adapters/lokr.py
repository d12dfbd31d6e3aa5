"""LoKr in its own parameters: dW = kron(w1, w2) · alpha / rank; knows no file.

Names, sizes and initialisation of LyCORIS (Yeh et al. 2023, 2309.14859). Each half is a whole
matrix, or a pair `_a` · `_b`; a kernel belongs to w2. Where both are whole the scale is 1. The
Tucker form is not trained. The Kronecker product is never made to compute with it: with x as a
matrix X of the small and the large half's columns, kron(w1, w2) x = w1 X w2ᵀ.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor, nn

from castmates.adapters.native import Form, Parts
from castmates.adapters.operation import Layered, computed_in, mixed, through
from castmates.adapters.sites import Shape
from castmates.adapters.splitting import halves, split

W1, W2 = "lokr_w1", "lokr_w2"


def fresh(
    shape: Shape,
    rank: int,
    numbers: torch.Generator,
    *,
    factor: int = -1,
    decompose_both: bool = False,
    full_matrix: bool = False,
) -> dict[str, Tensor]:
    """Parameters that change nothing yet: w1 kaiming-uniform (a = √5), w2 or its `_b` 0.

    Args:
        factor: of the split of both dimensions (`splitting.split`).
        decompose_both, full_matrix: which halves are pairs (`splitting.halves`).
    """
    (out_1, out_2), (in_1, in_2) = split(shape.out, factor), split(shape.into, factor)
    first, second = halves(
        shape.out, shape.into, rank, factor, both=decompose_both, full=full_matrix
    )
    wide = math.prod(shape.kernel)
    found = {}
    if first:
        found[f"{W1}_a"] = _kaiming(numbers, out_1, rank)
        found[f"{W1}_b"] = _kaiming(numbers, rank, in_1)
    else:
        found[W1] = _kaiming(numbers, out_1, in_1)
    if second:
        found[f"{W2}_a"] = _kaiming(numbers, out_2, rank)
        found[f"{W2}_b"] = torch.zeros(rank, in_2 * wide)
    else:
        found[W2] = torch.zeros(out_2, in_2, *shape.kernel)
    return found


def _kaiming(numbers: torch.Generator, *shape: int) -> Tensor:
    return nn.init.kaiming_uniform_(torch.empty(shape), a=math.sqrt(5), generator=numbers)


def _rank(parts: Parts) -> int | None:
    for half in (W2, W1):
        if f"{half}_b" in parts:
            return int(parts[f"{half}_b"].shape[0])
    return None


def _half(parts: Parts, half: str) -> Tensor:
    """One half as a flat matrix, float32."""
    if half in parts:
        return parts[half].float().flatten(1)
    a, b = parts[f"{half}_a"].float(), parts[f"{half}_b"].float()
    with torch.autocast(a.device.type, enabled=False):
        return a @ b


def _size(parts: Parts) -> tuple[int, int]:
    sides = []
    for half in (W1, W2):
        rows = parts[half if half in parts else f"{half}_a"].shape[0]
        columns = parts[half if half in parts else f"{half}_b"].flatten(1).shape[1]
        sides.append((rows, columns))
    return sides[0][0] * sides[1][0], sides[0][1] * sides[1][1]


def _matrix(parts: Parts) -> Tensor:
    return torch.kron(_half(parts, W1), _half(parts, W2))


def _says(module: Layered, x: Tensor, parts: Parts) -> Tensor:
    kind = computed_in(x)
    first = _half(parts, W1).to(kind)
    groups, kernel = first.shape[1], module.weight.shape[2:]
    if isinstance(module, nn.Conv2d):
        apart = x.reshape(len(x) * groups, -1, *x.shape[2:])
        seen = _large(module, apart, parts, kernel)
        joined = torch.matmul(first, seen.reshape(len(x), groups, -1))
        return joined.reshape(len(x), -1, *seen.shape[2:])
    seen = _large(module, x.reshape(*x.shape[:-1], groups, -1), parts, kernel)
    return torch.matmul(first, seen).flatten(-2)


def _large(module: Layered, x: Tensor, parts: Parts, kernel: torch.Size) -> Tensor:
    """The large half on the groups of channels."""
    kind = computed_in(x)
    if W2 in parts:
        whole = parts[W2].flatten(1)
        return through(module, x, whole.reshape(len(whole), -1, *kernel).to(kind))
    down, up = parts[f"{W2}_b"], parts[f"{W2}_a"]
    h = through(module, x, down.reshape(len(down), -1, *kernel).to(kind))
    return mixed(module, h, up.reshape(*up.shape, *(1 for _ in kernel)).to(kind))


FORM = Form("lokr", _rank, _size, _matrix, _says)

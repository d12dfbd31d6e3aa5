"""LoHa in its own parameters: dW = (w1_a · w1_b) ∘ (w2_a · w2_b) · alpha / rank; knows no file.

Hyeon-Woo et al. 2021 (2108.06098), names and initialisation of LyCORIS (Yeh et al. 2023,
2309.14859). A convolution's kernel lies flat in the columns; the Tucker form is not trained.
"""

from __future__ import annotations

from math import prod

import torch
from torch import Tensor

from castmates.adapters.native import Form, Parts
from castmates.adapters.operation import Layered, computed_in, mixed, through
from castmates.adapters.products import Pair, hadamard
from castmates.adapters.sites import Shape

W1_A, W1_B, W2_A, W2_B = "hada_w1_a", "hada_w1_b", "hada_w2_a", "hada_w2_b"


def fresh(shape: Shape, rank: int, numbers: torch.Generator) -> dict[str, Tensor]:
    """Parameters that change nothing yet: w1_b, w2_b normal, w1_a a tenth of it, w2_a 0."""
    columns = prod(shape.down(1)[1:])
    return {
        W1_A: 0.1 * torch.randn(shape.out, rank, generator=numbers),
        W1_B: torch.randn(rank, columns, generator=numbers),
        W2_A: torch.zeros(shape.out, rank),
        W2_B: torch.randn(rank, columns, generator=numbers),
    }


def pair(parts: Parts) -> Pair:
    """The exact pair of factors, of rank r · r (Khatri-Rao products)."""
    return hadamard(Pair(parts[W1_A], parts[W1_B]), Pair(parts[W2_A], parts[W2_B]))


def _size(parts: Parts) -> tuple[int, int]:
    rows, columns = parts[W1_A].shape[0], parts[W1_B].shape[1]
    if (parts[W2_A].shape[0], parts[W2_B].shape[1]) != (rows, columns):
        raise ValueError("the two products differ in shape")
    return rows, columns


def _matrix(parts: Parts) -> Tensor:
    with torch.autocast(parts[W1_A].device.type, enabled=False):
        w1_a, w1_b, w2_a, w2_b = (parts[part].float() for part in (W1_A, W1_B, W2_A, W2_B))
        return (w1_a @ w1_b) * (w2_a @ w2_b)


def _says(module: Layered, x: Tensor, parts: Parts) -> Tensor:
    """By the pair of factors or by the matrix, whichever costs less at each place."""
    kind = computed_in(x)
    rows, columns = _size(parts)
    rank = parts[W1_B].shape[0] * parts[W2_B].shape[0]
    if rank * (rows + columns) >= rows * columns:
        return through(module, x, _matrix(parts).reshape(module.weight.shape).to(kind))
    found = pair(parts)
    down = found.down.reshape(rank, *module.weight.shape[1:])
    up = found.up.reshape(rows, rank, *(1 for _ in module.weight.shape[2:]))
    return mixed(module, through(module, x, down.to(kind)), up.to(kind))


FORM = Form("loha", lambda parts: int(parts[W1_B].shape[0]), _size, _matrix, _says)

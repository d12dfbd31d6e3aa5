"""Low-rank products of low-rank pairs, exact; and the nearest pair of a lower rank.

A pair (up, down) stands for the matrix up · down; up is (out, r), down (r, n). The products of two
pairs are pairs again:

    (U1 D1) ∘ (U2 D2) = (U1 ⊙ᵣ U2) (D1 ⊙ᶜ D2)       rank r1 r2   Hadamard: row-wise and column-wise
                                                                 Khatri-Rao products
    (U1 D1) ⊗ (U2 D2) = (U1 ⊗ U2) (D1 ⊗ D2)         rank r1 r2   Kronecker: the mixed product
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Pair:
    """The matrix up · down."""

    up: Tensor
    down: Tensor

    @property
    def rank(self) -> int:
        return int(self.down.shape[0])

    def matrix(self) -> Tensor:
        return self.up @ self.down

    def double(self) -> Pair:
        return Pair(self.up.double(), self.down.double())

    def squared_norm(self) -> float:
        """The sum of squares of the matrix, without making it."""
        up, down = self.up.double(), self.down.double()
        return max(0.0, float(((up.T @ up) * (down @ down.T)).sum()))

    def less(self, other: Pair) -> Pair:
        """The pair of the matrices' difference."""
        return Pair(torch.cat([self.up, -other.up], 1), torch.cat([self.down, other.down]))


def whole(matrix: Tensor) -> Pair:
    """A full matrix as a pair: itself and an identity on its shorter side."""
    rows, columns = matrix.shape
    eye = torch.eye(min(rows, columns), dtype=matrix.dtype)
    return Pair(matrix, eye) if columns <= rows else Pair(eye, matrix)


def hadamard(first: Pair, second: Pair) -> Pair:
    """The pair of the elementwise product of two matrices of one shape."""
    up = (first.up[:, :, None] * second.up[:, None, :]).flatten(1)
    down = (first.down[:, None, :] * second.down[None, :, :]).flatten(0, 1)
    return Pair(up, down)


def kronecker(first: Pair, second: Pair) -> Pair:
    """The pair of the Kronecker product of two matrices."""
    up, down = torch.kron(first.up, second.up), torch.kron(first.down, second.down)
    return Pair(up.contiguous(), down.contiguous())


def tucker(core: Tensor, up: Tensor, down: Tensor) -> Pair:
    """The pair of a Tucker form.

    Args:
        core: (i, j, kh, kw).
        up: (i, out).
        down: (j, in).

    Returns:
        A pair of rank i of the matrix (out, in · kh · kw).
    """
    return Pair(up.T.contiguous(), torch.einsum("ijkl,jn->inkl", core, down).flatten(1))


def reduced(pair: Pair, rank: int) -> Pair:
    """The pair of at most that rank nearest to this one (Eckart & Young 1936), in float64.

    The matrix itself is never made: an SVD of the product of two small triangles suffices.
    """
    if rank >= pair.rank:
        return pair
    left, a = torch.linalg.qr(pair.up.double())
    right, b = torch.linalg.qr(pair.down.double().T)
    u, s, v = torch.linalg.svd(a @ b.T, full_matrices=False)
    root = s[:rank].sqrt()
    return Pair((left @ u[:, :rank]) * root, root[:, None] * (v[:rank] @ right.T))

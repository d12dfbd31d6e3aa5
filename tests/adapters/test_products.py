"""The identities that make every kind a pair of factors; they hold exactly."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from castmates.adapters.products import Pair, hadamard, kronecker, reduced, tucker, whole

sizes = st.integers(1, 6)


def numbers(*shape: int, seed: int) -> torch.Tensor:
    """Whole numbers, so that sums and products are exact in any order."""
    chance = torch.Generator().manual_seed(seed)
    return torch.randint(-4, 5, shape, generator=chance).double()


def pair(out: int, rank: int, columns: int, seed: int) -> Pair:
    return Pair(numbers(out, rank, seed=seed), numbers(rank, columns, seed=seed + 1))


@given(out=sizes, columns=sizes, first=sizes, second=sizes, seed=st.integers(0, 99))
def test_khatri_rao_a_hadamard_product_of_pairs_is_a_pair(
    out: int, columns: int, first: int, second: int, seed: int
) -> None:
    a, b = pair(out, first, columns, seed), pair(out, second, columns, seed + 7)
    product = hadamard(a, b)
    assert product.rank == first * second
    assert torch.equal(product.matrix(), a.matrix() * b.matrix())


@given(rows=sizes, columns=sizes, first=sizes, second=sizes, seed=st.integers(0, 99))
def test_the_mixed_product_a_kronecker_product_of_pairs_is_a_pair(
    rows: int, columns: int, first: int, second: int, seed: int
) -> None:
    a, b = pair(rows, first, columns, seed), pair(columns, second, rows, seed + 7)
    assert torch.equal(kronecker(a, b).matrix(), torch.kron(a.matrix(), b.matrix()))


def test_a_full_matrix_is_a_pair_of_the_shorter_sides_rank() -> None:
    for rows, columns in ((3, 5), (5, 3)):
        matrix = numbers(rows, columns, seed=1)
        assert torch.equal(whole(matrix).matrix(), matrix)
        assert whole(matrix).rank == 3


def test_a_tucker_form_is_a_pair() -> None:
    core, up, down = numbers(2, 3, 3, 3, seed=1), numbers(2, 5, seed=2), numbers(3, 4, seed=3)
    wanted = torch.einsum("ijkl,ip,jr->prkl", core, up, down)
    assert torch.equal(tucker(core, up, down).matrix(), wanted.flatten(1))


def test_a_lower_rank_is_the_nearest_and_a_higher_one_is_the_same() -> None:
    made = pair(8, 5, 9, 3)
    matrix = made.matrix()
    singular = torch.linalg.svdvals(matrix)
    for rank in (1, 3):
        lost = made.less(reduced(made, rank)).squared_norm() ** 0.5
        assert lost == pytest.approx(float(singular[rank:].norm()), rel=1e-6)
    assert reduced(made, 5) is made
    assert made.squared_norm() == pytest.approx(float((matrix**2).sum()))

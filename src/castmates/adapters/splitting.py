"""How LoKr parts a dimension into two factors; knows no tensors."""

from __future__ import annotations

from math import isqrt


def split(size: int, factor: int = -1) -> tuple[int, int]:
    """Two factors of `size`, the smaller first, as LyCORIS parts a dimension.

    Args:
        factor: the smaller one where it divides; else, and for -1, the largest divisor up to it,
            or up to the square root.
    """
    if factor > 0 and size % factor == 0:
        return (factor, size // factor) if factor <= size // factor else (size // factor, factor)
    limit = isqrt(size) if factor < 0 else max(1, min(factor, isqrt(size)))
    small = next(n for n in range(limit, 0, -1) if size % n == 0)
    return small, size // small


def halves(
    rows: int, columns: int, rank: int, factor: int, *, both: bool, full: bool
) -> tuple[bool, bool]:
    """Whether the small and the large half of a LoKr are pairs of factors (else whole matrices).

    A half is parted only where the rank is below half of its longer side; the small one only when
    asked for.

    Args:
        rows, columns: channels out and in; a kernel counts for neither.
        both: part the small half, too (`decompose_both`).
        full: part none (`full_matrix`).
    """
    (small_out, large_out), (small_in, large_in) = split(rows, factor), split(columns, factor)
    small = both and not full and rank < max(small_out, small_in) / 2
    return small, not full and rank < max(large_out, large_in) / 2

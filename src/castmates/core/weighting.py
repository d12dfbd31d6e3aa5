"""Where × when × how much: the weighting of adapters over a batch; knows no tensors.

The one idea underneath (docs/architecture.md): a layer computes

    y = W x + Σ_c  g_c(sample, token, step) · s_c · B_c A_c x

and `g` is the weighting. This module holds the part that shots decide: how much of which adapter in
one row at one moment. Where is a matter of tensors (`castmates.adapters.places`).
"""

from __future__ import annotations

from collections.abc import Iterable


def row_of(weights: Iterable[tuple[str, float]]) -> dict[str, float]:
    """Adapter -> strength of one row of a batch, from all mentions; doubled ones add up."""
    row: dict[str, float] = {}
    for name, weight in weights:
        row[name] = row.get(name, 0.0) + weight
    return row

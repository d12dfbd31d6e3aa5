"""Where × when × how much: the weighting of adapters over a batch; knows no tensors.

The one idea underneath (docs/architecture.md): a layer computes

    y = W x + Σ_c  g_c(sample, token, step) · s_c · B_c A_c x

and `g` is the weighting. This module holds the part that shots decide: how much of which adapter
for which row. Schedules (when) and masks (where) join here with the issues that need them.
"""

from __future__ import annotations

from collections.abc import Sequence

from castmates.core.types import AdapterUse, Shot


def rows_of(shots: Sequence[Shot]) -> list[dict[str, float]]:
    """For each shot (a row of the batch): adapter name -> strength; doubled mentions add up."""
    return [_row(shot.adapters) for shot in shots]


def _row(uses: Sequence[AdapterUse]) -> dict[str, float]:
    row: dict[str, float] = {}
    for use in uses:
        row[use.name] = row.get(use.name, 0.0) + use.strength
    return row

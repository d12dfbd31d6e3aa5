"""How wide the world is: frozen settings of what is sampled how often; samples nothing itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from storybook.world.tables import Table, table

Weights = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Widths:
    """How much of the world is sampled: shares in 0..1, weights as (word, weight) pairs.

    `jitter` 0..1 moves, sizes and tilts figures; `layouts` counts the arrangements of each scene;
    `named` is the share of named characters; `flips` lets figures face left.
    """

    jitter: float
    layouts: int
    named: float
    hats: float
    props: float
    scenes: float
    night: float
    flips: bool
    counts: Weights
    kinds: Weights
    framings: Weights
    poses: Weights
    views: Weights
    expressions: Weights
    styles: Weights


def _widths(values: Table) -> Widths:
    settings: dict[str, Any] = dict(values)
    for key, value in values.items():
        if isinstance(value, dict):
            settings[key] = tuple((word, float(weight)) for word, weight in value.items())
    return Widths(**settings)


QUIET: Widths = _widths(table("widths")["quiet"])
WIDE: Widths = _widths(table("widths")["wide"])

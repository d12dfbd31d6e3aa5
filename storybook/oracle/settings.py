"""The settings of the oracle's networks and their training as frozen values; does no work."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from storybook.train.settings import Rate

WEIGHTS = Path(__file__).with_name("weights")
"""Where the trained weights lie in a checkout."""
LABELS = Path(__file__).with_name("labels")
"""Where sheets that a person labelled lie, and `labels.toml`."""

SIDE = 128
"""Pixels of what the networks see."""


@dataclass(frozen=True)
class Shape:
    """A network: widths and residual blocks at 1/4, 1/8 and 1/16; width and heads of its tokens."""

    widths: tuple[int, ...] = (64, 128, 192)
    blocks: tuple[int, ...] = (2, 3, 3)
    tokens: int = 128
    heads: int = 4


@dataclass(frozen=True)
class Plan:
    """Which pictures are rendered: `count` seeds from `first`, of one set of `sampling.KINDS`."""

    which: str = "all"
    first: int = 0
    count: int = 1000
    size: int = SIDE


@dataclass(frozen=True)
class OracleSettings:
    """How one of the two networks learns.

    Attributes:
        plain: share of a batch that stays as rendered; the rest is degraded.
        redrawn: how many pictures of single characters the base draws again, at a strength of at
            most `strength`; `again` is their share of the batches.
        check: fresh pictures on which new weights are compared with those that are there.
        weights: the folder that holds the weights of both.
    """

    shape: Shape = field(default=Shape())
    plan: Plan = field(default=Plan(first=130_000_000, count=24_000))
    check: Plan = field(default=Plan(first=140_000_000, count=800))
    batch: int = 32
    plain: float = 0.5
    redrawn: int = 800
    strength: float = 0.35
    again: float = 0.15
    smoothing: float = 0.02
    rate: Rate = field(default=Rate(peak=1.5e-3, warmup=150, falling=0.7))
    seed: int = 977
    weights: Path = WEIGHTS


READER = OracleSettings()
WHERE = OracleSettings(shape=Shape(widths=(48, 96, 160), blocks=(2, 2, 3), tokens=96))

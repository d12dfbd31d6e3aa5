"""Tiny networks and a few pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from storybook.oracle.settings import OracleSettings, Plan, Shape
from storybook.train.settings import Budget, Job, Machine, Rate

FEW = Plan(which="unusual", first=7, count=4)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Float32 in one process, without a base."""
    return Job(
        work=tmp_path / "work",
        embedded=tmp_path / "none",
        budget=Budget(steps=2),
        machine=Machine(processes=1, low=False),
    )


@pytest.fixture
def tiny(tmp_path: Path) -> OracleSettings:
    """Networks of some ten thousand parameters, checked on what they learned."""
    return OracleSettings(
        shape=Shape(widths=(16, 16, 16), blocks=(1, 1, 1), tokens=32, heads=2),
        plan=FEW,
        check=FEW,
        batch=4,
        plain=1.0,
        smoothing=0.0,
        rate=Rate(peak=4e-3, warmup=10, falling=0.5),
        weights=tmp_path / "weights",
    )

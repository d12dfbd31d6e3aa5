"""Tiny settings: every stage in seconds."""

from __future__ import annotations

from pathlib import Path

import pytest

from storybook.train.base import BaseSettings
from storybook.train.settings import (
    Budget,
    Job,
    Machine,
    Pictures,
    TextSettings,
    UnetSettings,
    VaeSettings,
)


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """Two steps of everything, in float32, in one process."""
    return Job(
        work=tmp_path / "work",
        embedded=tmp_path / "embedded",
        budget=Budget(steps=2),
        machine=Machine(processes=1, low=False),
        pictures=Pictures(count=24),
    )


@pytest.fixture
def tiny() -> BaseSettings:
    """Networks of a few thousand parameters."""
    return BaseSettings(
        VaeSettings(channels=(8, 16, 16, 16), sets=(Pictures(count=80),), batch=2),
        TextSettings(width=32, layers=1, specs=40, batch=8),
        UnetSettings(channels=(16, 32, 48), heads=(1, 1, 1), batch=4, held_out=8),
    )

"""A character of the drawn world in a studio, and a finder that tells the truth."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pictures.edits.home import Home, home_in


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_in(tmp_path)

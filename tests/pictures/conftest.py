"""A studio with one character without pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files.studio import CharacterFolder, Studio


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    return Studio.init(tmp_path / "studio").add_character(Character(name="pip", trigger="pip"))

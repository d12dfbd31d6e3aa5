"""A character's name is made from its folder's."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.studio.new import name_from


@pytest.mark.parametrize(
    ("folder", "name"), [("pip", "pip"), ("15_pip", "pip"), ("My Fox!", "my-fox"), ("2b", "2b")]
)
def test_the_folder_names_the_character(folder: str, name: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    assert name_from([tmp_path / folder]) == name


def test_a_name_that_cannot_be_made_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "!!!").mkdir()
    with pytest.raises(BadInput, match="--name"):
        name_from([tmp_path / "!!!"])

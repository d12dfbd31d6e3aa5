"""The shipped tagger captions the example characters, whom it has never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import Missing
from castmates.files.studio import Studio
from castmates.studio.new import new
from castmates.studio.tag import tag

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(("name", "kind"), [("pip", "girl"), ("moss", "fox"), ("bolt", "robot")])
def test_it_finds_what_they_are_and_starts_every_caption_with_the_trigger(
    name: str, kind: str, tmp_path: Path
) -> None:
    studio = Studio.init(tmp_path / "studio")
    folder = new(studio, name, [EXAMPLES / name]).folder
    tagged = tag(studio, name)
    assert tagged.class_word == kind
    captions = [entry.caption or "" for entry in folder.pictures()]
    assert all(caption.startswith(f"{name}, 1{kind}, solo") for caption in captions)
    assert folder.character.class_word == kind


def test_a_character_without_pictures_is_told(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "studio")
    with pytest.raises(Missing, match="pip"):
        tag(studio, "pip")

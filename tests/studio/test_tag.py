"""The shipped tagger captions the example characters, whom it has never seen."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import Missing
from castmates.files.studio import Studio
from castmates.studio.new import new
from castmates.studio.tag import tag

EXAMPLES = Path(__file__).parents[2] / "examples"


@pytest.mark.parametrize(("name", "kind"), [("moss", "fox"), ("bolt", "robot")])
def test_it_finds_what_they_are(name: str, kind: str, tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "studio")
    folder = new(studio, name, [EXAMPLES / name]).folder
    assert tag(studio, name).class_word == kind
    assert folder.character.class_word == kind


def test_every_caption_starts_with_trigger_and_kind(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "studio")
    folder = new(studio, "pip", [EXAMPLES / "pip"], class_word="girl").folder
    tagged = tag(studio, "pip")
    captions = [entry.caption or "" for entry in folder.pictures()]
    assert len(captions) == tagged.written == 24
    assert all(caption.startswith("pip, 1girl, solo") for caption in captions)


def test_a_character_without_pictures_is_told(tmp_path: Path) -> None:
    studio = Studio.init(tmp_path / "studio")
    with pytest.raises(Missing, match="pip"):
        tag(studio, "pip")

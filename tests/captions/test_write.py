"""Captions by a real tagger: what a person wrote is kept, and everything can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.backends.onnx_tagger import OnnxTagger
from castmates.captions.history import redo, undo
from castmates.captions.write import tag_pictures
from castmates.core.errors import Missing
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from tests.backends.tiny_models import plain, write_tagger


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    """Four pictures: three with blue and red (eyes and girl), one all green (hair)."""
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number in (1, 2, 3):
        images.write_png(folder.picture_path(number), plain(255, 0, 255))
    images.write_png(folder.picture_path(4), plain(0, 255, 0))
    return folder


@pytest.fixture
def tagger(tmp_path: Path) -> OnnxTagger:
    return OnnxTagger(write_tagger(tmp_path / "tagger"))


def captions(folder: CharacterFolder) -> list[str | None]:
    return [entry.caption for entry in folder.pictures()]


def test_trigger_count_tags_without_the_looks(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    done = tag_pictures(pip, tagger)
    assert captions(pip) == ["pip, 1girl, solo, ^_^"] * 3 + ["pip, 1girl, solo, green hair"]
    assert (done.looks, done.class_word) == (("blue eyes",), "girl")
    assert (done.written, done.changed, done.kept) == (4, 4, 0)
    assert done.seen == {"blue eyes": 1.0, "green hair": 0.0}


def test_tagging_again_changes_nothing(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    looks = tag_pictures(pip, tagger).looks
    pip.save(pip.character.model_copy(update={"looks": looks}))
    before = {e.caption_path: e.caption_path.stat().st_mtime_ns for e in pip.pictures()}
    assert tag_pictures(pip, tagger).changed == 0
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_person_s_captions_are_kept(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    pip.write_caption(2, "my own words")
    pip.write_caption(3, "")
    told: list[Event] = []
    done = tag_pictures(pip, tagger, tell=told.append)
    assert (done.written, done.kept) == (3, 1)
    assert captions(pip)[1] == "my own words"
    assert captions(pip)[2] == "pip, 1girl, solo, ^_^"
    assert any(isinstance(event, Warned) and "0002.txt" in event.what for event in told)
    pip.write_caption(1, "pip, changed by hand")
    tag_pictures(pip, tagger)
    assert captions(pip)[0] == "pip, changed by hand"
    tag_pictures(pip, tagger, overwrite=True)
    assert captions(pip)[:2] == ["pip, 1girl, solo, ^_^"] * 2


def test_looks_of_the_character_win_over_proposed_ones(
    pip: CharacterFolder, tagger: OnnxTagger
) -> None:
    pip.save(pip.character.model_copy(update={"looks": ("^_^",), "class_word": "fox"}))
    done = tag_pictures(pip, tagger)
    assert done.looks == ("^_^",)
    assert captions(pip)[0] == "pip, 1fox, solo, blue eyes"


def test_tagging_can_be_taken_back_and_done_again(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    with pytest.raises(Missing, match="nothing to take back"):
        undo(pip)
    pip.write_caption(2, "my own words")
    before = captions(pip)
    tag_pictures(pip, tagger, overwrite=True)
    after = captions(pip)
    assert undo(pip).changed == (1, 2, 3, 4)
    assert captions(pip) == before
    assert redo(pip).changed == (1, 2, 3, 4)
    assert captions(pip) == after
    undo(pip)
    assert tag_pictures(pip, tagger).kept == 1
    assert undo(pip).changed == (1, 3, 4)
    with pytest.raises(Missing, match="nothing to take back"):
        undo(pip)


def test_no_pictures_are_said(tmp_path: Path, tagger: OnnxTagger) -> None:
    folder = Studio.init(tmp_path / "t").add_character(Character(name="moss", trigger="moss"))
    with pytest.raises(Missing, match="no pictures"):
        tag_pictures(folder, tagger)

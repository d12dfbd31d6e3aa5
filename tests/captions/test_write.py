"""Captions by a real tagger: what a person wrote is kept, and everything can be taken back."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.backends.onnx_tagger import OnnxTagger
from castmates.captions.history import redo, undo
from castmates.captions.write import Captioned, Writing, tag_pictures
from castmates.core.errors import Missing
from castmates.core.events import Event, Tell, Warned, silent
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.tagging import Asking
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


def tagged(
    folder: CharacterFolder, tagger: OnnxTagger, how: Writing | None = None, tell: Tell = silent
) -> Captioned:
    return tag_pictures(folder, Asking(lambda: tagger), how, tell)


def captions(folder: CharacterFolder) -> list[str | None]:
    return [entry.caption for entry in folder.pictures()]


def test_trigger_count_tags_without_the_looks(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    done = tagged(pip, tagger)
    assert captions(pip) == ["pip, 1girl, solo, ^_^"] * 3 + ["pip, 1girl, solo, green hair"]
    assert (done.looks, done.class_word) == (("blue eyes",), "girl")
    assert (done.written, done.changed, done.kept) == (4, 4, 0)
    assert done.seen == {"blue eyes": 1.0, "green hair": 0.0}


def test_tagging_again_changes_nothing(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    looks = tagged(pip, tagger).looks
    pip.save(pip.character.model_copy(update={"looks": looks}))
    before = {e.caption_path: e.caption_path.stat().st_mtime_ns for e in pip.pictures()}
    assert tagged(pip, tagger).changed == 0
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_a_person_s_captions_are_kept(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    pip.write_caption(2, "my own words")
    pip.write_caption(3, "")
    told: list[Event] = []
    done = tagged(pip, tagger, tell=told.append)
    assert (done.written, done.kept) == (3, 1)
    assert captions(pip)[1] == "my own words"
    assert captions(pip)[2] == "pip, 1girl, solo, ^_^"
    assert any(isinstance(event, Warned) and "0002.txt" in event.what for event in told)
    pip.write_caption(1, "pip, changed by hand")
    tagged(pip, tagger)
    assert captions(pip)[0] == "pip, changed by hand"
    tagged(pip, tagger, Writing(overwrite=True))
    assert captions(pip)[:2] == ["pip, 1girl, solo, ^_^"] * 2


def test_looks_of_the_character_win_over_proposed_ones(
    pip: CharacterFolder, tagger: OnnxTagger
) -> None:
    pip.save(pip.character.model_copy(update={"looks": ("^_^",), "class_word": "fox"}))
    done = tagged(pip, tagger)
    assert done.looks == ("^_^",)
    assert captions(pip)[0] == "pip, 1fox, solo, blue eyes"


def test_tagging_can_be_taken_back_and_done_again(pip: CharacterFolder, tagger: OnnxTagger) -> None:
    with pytest.raises(Missing, match="nothing to take back"):
        undo(pip)
    pip.write_caption(2, "my own words")
    before = captions(pip)
    tagged(pip, tagger, Writing(overwrite=True))
    after = captions(pip)
    assert undo(pip).changed == (1, 2, 3, 4)
    assert captions(pip) == before
    assert redo(pip).changed == (1, 2, 3, 4)
    assert captions(pip) == after
    undo(pip)
    assert tagged(pip, tagger).kept == 1
    assert undo(pip).changed == (1, 3, 4)
    with pytest.raises(Missing, match="nothing to take back"):
        undo(pip)


def test_no_pictures_are_said(tmp_path: Path, tagger: OnnxTagger) -> None:
    folder = Studio.init(tmp_path / "t").add_character(Character(name="moss", trigger="moss"))
    with pytest.raises(Missing, match="no pictures"):
        tagged(folder, tagger)


def test_styles_are_written_and_known_as_the_taggers_own(
    pip: CharacterFolder, tagger: OnnxTagger
) -> None:
    tagged(pip, tagger, Writing("sentence"))
    assert captions(pip)[0] == "pip, a girl, is shown; ^_^."
    assert captions(pip)[3] == "pip, a girl with green hair, is shown."
    tagged(pip, tagger, Writing("both"))
    assert captions(pip)[3] == ("pip, 1girl, solo, green hair, a girl with green hair is shown.")
    assert tagged(pip, tagger).kept == 0


RATED = ("9,general,9,1", "1,blue_eyes,0,1", "2,manhattan_cafe,4,1", "3,explicit,9,1")


def test_the_gate_holds_back_what_is_rated_unfit(pip: CharacterFolder, tmp_path: Path) -> None:
    """Of the tiny tagger red says the first and the last line, green the third."""
    for number in (1, 2):
        images.write_png(pip.picture_path(number), plain(0, 255, 0))
    odd = write_tagger(tmp_path / "odd", ["3,explicit,9,1", *RATED[1:3], "9,general,9,1"])
    told: list[Event] = []
    done = tagged(pip, OnnxTagger(odd), tell=told.append)
    # Nothing red is as likely general as explicit; then the first line of the table counts.
    assert done.held_back == (1, 2, 3, 4)
    assert "0001.png (explicit)" in str(told)
    assert done.written == 0
    fit = OnnxTagger(write_tagger(tmp_path / "fit", RATED))
    done = tagged(pip, fit)
    assert (done.held_back, done.written) == ((), 4)
    assert captions(pip)[0] == "pip, manhattan cafe"
    assert done.known_as == "manhattan cafe"
    assert tagged(pip, OnnxTagger(odd), Writing(gate=False)).held_back == ()


def test_a_style_leaves_nobody_s_hair_to_its_trigger(
    pip: CharacterFolder, tagger: OnnxTagger
) -> None:
    pip.save(pip.character.model_copy(update={"goal": "style"}))
    done = tagged(pip, tagger)
    assert (done.looks, done.class_word) == ((), "")
    assert captions(pip)[0] == "pip, 1girl, blue eyes, ^_^"
    assert captions(pip)[3] == "pip, green hair"

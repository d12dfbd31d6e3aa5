"""`edit`: shown first, written, taken back, from the terminal."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, Studio
from tests.backends.tiny_finders import finder_answers, write_finder
from tests.cli.conftest import Run


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    """Two pictures; whatever is asked, the finder sees two figures side by side."""
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number in (1, 2):
        noise = np.random.default_rng(number).integers(0, 256, (64, 64, 3), np.uint8)
        images.write_png(folder.picture_path(number), noise)
        folder.write_caption(number, f"pip, {number}")
    people = [(0.9, (0.0, 0.25, 0.5, 1.0)), (0.8, (0.625, 0.25, 1.0, 1.0))]
    write_finder(tmp_path / "finder", finder_answers(people))
    return folder


def test_a_crop_is_shown_then_written_then_taken_back(castmates: Run, pip: CharacterFolder) -> None:
    before = pip.picture_path(1).read_bytes()
    words = ("edit", "pip", "crop", "--box", "0,0,32,50%", "--where", "number:1", "--studio", "s")
    shown = castmates(*words)
    assert "64x64 → 32x32" in shown.stdout
    assert "1 pictures (1 meant) would change" in shown.stdout
    assert pip.picture_path(1).read_bytes() == before
    done = json.loads(castmates(*words, "--write", "--json").stdout)
    assert (done["written"], done["pictures"][0]["after"]) == (True, "32x32")
    assert "crop to 0,0,32,32" in castmates("edit", "pip", "--studio", "s").stdout
    back = castmates("undo", "pip", "--studio", "s")
    assert "Took back: edit crop (edit 1) (1 pictures)." in back.stdout
    assert pip.picture_path(1).read_bytes() == before


def test_what_and_name_may_change_places(castmates: Run, pip: CharacterFolder) -> None:
    words = ("--box", "0,0,32,50%", "--where", "number:1", "--studio", "s")
    assert "64x64 → 32x32" in castmates("edit", "crop", "pip", *words).stdout


def test_a_picture_of_two_is_split_and_their_background_goes(
    castmates: Run, pip: CharacterFolder, tmp_path: Path
) -> None:
    one = ("edit", "--studio", "s", "pip")
    finder = ("--finder", "onnx:finder", "--where", "number:1", "--write")
    split = castmates(*one, "split", "--margin", "0.125", *finder)
    assert "from 0001" in split.stdout
    assert "put aside" in split.stdout
    assert [e.number for e in pip.pictures()] == [2, 3, 4]
    assert [e.caption for e in pip.pictures()] == ["pip, 2", "pip, 1", "pip, 1"]
    sheet = tmp_path / "sheet.png"
    words = (*one, "background", "--to", "white", "--where", "NOT number:2", "--write")
    done = castmates(*words, "--sheet", sheet)
    assert "captions still name the old background" in done.stdout
    assert (images.read(pip.picture_path(3))[0] == 255).all()
    assert images.read(sheet).size


def test_groups_outfits_and_views(castmates: Run, pip: CharacterFolder) -> None:
    for words in (
        ("group", "--set", "high"),
        ("outfit", "--set", "race uniform"),
        ("view", "--set", "side", "--where", "number:2"),
    ):
        assert castmates("edit", "pip", *words, "--write", "-s", "s").returncode == 0
    said = [(r.group, r.repeats, r.outfit, r.view) for r in pip.records()]
    assert said == [("high", 16, "race uniform", ""), ("high", 16, "race uniform", "side")]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("crop",), 2, "one of them"),
        (("crop", "--subject", "--finder", "yolo:none.onnx"), 3, "none.onnx"),
        (("outfit",), 2, "--set or --propose"),
        (("background", "--to", "grean"), 2, "no colour"),
        (("without", "corp"), 2, "There are: crop"),
    ],
)
def test_wrong_edits_are_named(
    words: tuple[str, ...], code: int, told: str, castmates: Run, pip: CharacterFolder
) -> None:
    done = castmates("edit", "pip", *words, "--studio", "s")
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr

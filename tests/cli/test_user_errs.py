"""Wrong words at the verbs of a dataset: where, what was found, what was wanted, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from castmates.cli.main import app
from castmates.core.types import Character
from castmates.files.studio import CharacterFolder, Studio
from tests.pictures.drawn import folder_of, picture


@pytest.fixture
def pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CharacterFolder:
    """Five pictures in a studio `s` of the folder one stands in."""
    monkeypatch.chdir(tmp_path)
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number in range(1, 6):
        folder.pictures_dir.mkdir(exist_ok=True)
        picture(number).save(folder.picture_path(number))
        folder.write_caption(number, f"pip, smile, t{number}")
    folder_of(tmp_path / "album", 3)
    (tmp_path / "empty").mkdir()
    return folder


def said(*words: str) -> tuple[int, str]:
    done: Result = CliRunner().invoke(app, [*words, "--studio", "s"])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.exit_code, " ".join(f"{done.stdout} {done.stderr}".split())


PATH = "says where a finder lies, and not of what kind it is. Write yolo:x.onnx."


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("new two nowhere", 3, "There is no 'nowhere'; wanted a folder, a zip or a picture."),
        ("new two album --trigger a,b", 2, "would be several tags, or none, in a caption"),
        ("new two album --goal concpt", 2, "Did you mean 'concept'?"),
        ("check pip --finder x.onnx", 2, f"'x.onnx' {PATH}"),
        ("check pip --finder yolo:x.onnx", 3, "There is no x.onnx for the finder 'yolo:x.onnx'."),
        ("check pip --finder yolo", 2, "The finder 'yolo' wants a path. Write yolo:models/mine"),
        ("check pip --tagger wd", 2, "The tagger 'wd' wants a path. Write wd:models/wd-vit-v3."),
        ("check pip --tagger models/wd", 2, "Write wd:models/wd."),
        ("check pip --tagger wd:empty", 3, "There is no model.onnx in empty."),
        ("check pip --plan arond", 2, "Did you mean 'around'?"),
        ("check pip --sheet a.jpg", 2, "is to be a PNG, but its name ends with '.jpg'. As in: a"),
        ("check pip --sheet x/a.png", 3, "There is no folder x to write a.png into. Run: mkdir x"),
        ("tag pip --tagger wd", 2, "The tagger 'wd' wants a path."),
        ("tag pip --provider gpu", 2, "'gpu' is no provider of onnxruntime."),
        ("tag pip --captioner empty", 3, "There is no config.json in empty."),
        ("tag pip --captioner some/where", 3, "hub:some/where"),
        ("captions edit pip --rename =x", 2, "--rename '=x' names nothing before '='."),
        ("captions edit pip --add ''", 2, "No edit is given."),
        ("captions say pip --style tags", 2, "Captions are tags already."),
        ("captions cleen pip", 2, "There is no 'cleen'. Did you mean 'clean'?"),
        ("edit pip frobnicate", 2, "There is no 'frobnicate'. Known: background, crop, group,"),
        ("edit pip crop --box 1,2,3", 2, "'1,2,3' is no box: it has 3 parts, and 4 are wanted."),
        ("edit pip crop --box 1,b,3,4", 2, "'1,b,3,4' is no box: 'b' is no number."),
        ("edit pip crop --box -5,0,9,9", 2, "is no box: -5 lies outside of every picture."),
        ("edit pip crop --subject --finder x.onnx", 2, PATH),
        ("edit pip outfit --propose --tagger wd", 2, "The tagger 'wd' wants a path."),
        ("edit pip group --propose --encoder m/e --like 1", 2, "Write onnx:m/e."),
        ("edit pip turn --by 90 --sheet a.jpg --write", 2, "is to be a PNG"),
        ("undo pip", 3, "No caption and no picture was changed, or all of it is taken back"),
    ],
)
def test_a_wrong_word_is_answered_before_anything_is_done(
    pip: CharacterFolder, words: str, code: int, told: str
) -> None:
    before = sorted(path.name for path in pip.path.rglob("*"))
    found = said(*(word.strip("'") for word in words.split()))
    assert found[0] == code, found
    assert told in found[1]
    assert sorted(path.name for path in pip.path.rglob("*")) == before


@pytest.mark.parametrize(
    "words",
    [
        "captions edit pip --add hat --where number:99",
        "captions clean pip --drop-counts --where number:99 --write",
        "edit pip turn --by 90 --where number:99",
        "edit pip group --set high --where number:99 --write",
    ],
)
def test_a_filter_that_names_nothing_is_told(pip: CharacterFolder, words: str) -> None:
    code, told = said(*words.split())
    assert (code, "The filter 'number:99' names no picture; nothing changes." in told) == (0, True)


def test_nothing_to_do_is_no_reason_to_write(pip: CharacterFolder) -> None:
    _, told = said("captions", "edit", "pip", "--remove", "hat")
    assert told == "Nothing would change: 0 of 5 captions."
    _, told = said("edit", "pip", "crop", "--box", "0,0,100%,100%")
    assert "0001, 0002, 0003, … (5 pictures) stays: lies in that box as a whole." in told
    assert told.endswith("Nothing would change: 0 pictures (5 meant).")


def test_every_broken_picture_is_named_at_once(pip: CharacterFolder) -> None:
    for number in (2, 4):
        path = pip.picture_path(number)
        path.write_bytes(path.read_bytes()[:200])
    for words in (("check", "pip"), ("tag", "pip", "--style", "tags")):
        code, told = said(*words)
        assert code == 2
        assert "0002.png is broken" in told
        assert "0004.png is broken" in told
    _, told = said("edit", "pip", "turn", "--by", "90", "--where", "number:2")
    assert "pictures/0002.png is broken" in told


def test_signs_that_a_terminal_obeys_are_not_printed(pip: CharacterFolder) -> None:
    pip.caption_path(1).write_bytes(b"pip, \x1b[31mred, \xff")
    _, told = said("captions", "edit", "pip", "--add", "hat", "--where", "number:1")
    assert "\x1b" not in told
    assert "+ pip, �[31mred, ÿ, hat" in told
    _, told = said("check", "pip")
    assert "1 caption holds signs that are no text. (0001.png)" in told


def test_a_view_that_no_table_knows_is_told_and_behind_is_known(pip: CharacterFolder) -> None:
    _, told = said("edit", "pip", "view", "--set", "bak", "--where", "number:1")
    assert "know the view 'bak'. Did you mean 'back'?" in told
    _, told = said("edit", "pip", "view", "--set", "behind", "--write")
    assert "know the view" not in told
    _, told = said("check", "pip")
    assert "View: 5 back." in told

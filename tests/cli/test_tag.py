"""`tag` at the door: a WD tagger by folder, thresholds, styles; wrong words are sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import Studio
from tests.backends.tiny_captioners import write_captioner
from tests.backends.tiny_models import plain, write_tagger
from tests.cli.conftest import Run

LINES = (
    "9,general,9,1",
    "1,holding_cup,0,1",
    "2,manhattan_cafe_(umamusume),4,1",
    "3,long_hair,0,1",
)


@pytest.fixture
def words(tmp_path: Path) -> tuple[str, ...]:
    """Three pictures of which the tiny tagger is half sure: a cup and a name, .53 each."""
    house = Studio.init(tmp_path / "s")
    pip = house.add_character(Character(name="pip", trigger="pip", class_word="girl"))
    for number in (1, 2, 3):
        images.write_png(pip.picture_path(number), plain(0, 128, 128))
    write_tagger(tmp_path / "wd", LINES)
    return ("tag", "pip", "--studio", str(house.path), "--tagger", f"wd:{tmp_path / 'wd'}")


def caption(tmp_path: Path) -> str:
    return (tmp_path / "s/cast/pip/pictures/0001.txt").read_text("utf-8").strip()


def test_one_threshold_is_for_names_too_and_the_name_is_proposed(
    castmates: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    done = castmates(*words, "--style", "tags")
    assert done.returncode == 0, done.stderr
    assert caption(tmp_path) == "pip, 1girl, solo, holding cup"
    assert "knows this character" not in done.stdout
    done = castmates(*words, "--style", "tags", "--threshold", "0.4")
    assert caption(tmp_path) == "pip, 1girl, solo, holding cup, manhattan cafe (umamusume)"
    said = " ".join(done.stdout.split())
    assert "The tagger knows this character as 'manhattan cafe (umamusume)'" in said
    more = ("--threshold", "0.4", "--character-threshold", "1.01", "--provider", "cpu")
    done = castmates(*words, "--style", "both", *more, "--json")
    assert json.loads(done.stdout)["style"] == "both"
    assert caption(tmp_path) == "pip, 1girl, solo, holding cup, a girl holds a cup."
    castmates("captions", "edit", "pip", *words[2:4], "--remove", "solo", "--write")
    assert caption(tmp_path) == "pip, 1girl, holding cup, a girl holds a cup."


def test_a_sentence_is_made_of_the_tags_that_are_there(
    castmates: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    castmates(*words, "--style", "tags")
    done = castmates("captions", "say", "pip", *words[2:4], "--style", "sentence", "--write")
    assert done.returncode == 0, done.stderr
    assert caption(tmp_path) == "pip, a girl, holds a cup."
    assert "castmates undo takes it back" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        (("--style", "sentense"), 2, "Did you mean 'sentence'"),
        (("--style", "tags", "--threshold", "40"), 2, "threshold of general tags is 40.0"),
        (("--style", "tags", "--provider", "kuda"), 2, "Did you mean 'cuda'"),
        (("--style", "tags", "--tagger", "dw"), 2, "No 'dw' among the taggers"),
        (("--style", "tags", "--tagger", "wd:nowhere"), 3, "no model folder nowhere"),
    ],
)
def test_wrong_words_are_named(
    more: tuple[str, ...], code: int, told: str, castmates: Run, words: tuple[str, ...]
) -> None:
    done = castmates(*words, *more)
    assert done.returncode == code
    assert told in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_sentences_of_a_captioner_are_shown_then_written(
    castmates: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    write_captioner(tmp_path / "says")
    asked = ("tag", "pip", "--captioner", "says", "--studio", "s")
    shown = castmates(*asked)
    assert "3 of 3 captions would change. Add --write to do it." in shown.stdout
    assert not (tmp_path / "s/cast/pip/pictures/0001.txt").exists()
    done = castmates(*asked, "--write")
    assert "3 of 3 captions changed. castmates undo takes it back." in done.stdout
    assert caption(tmp_path).startswith("pip, ")
    wrong = castmates("tag", "pip", "--captioner", "some/where", "--studio", "s")
    assert (wrong.returncode, "hub:some/where" in wrong.stderr) == (3, True)


def test_a_tagging_can_be_looked_at_first(
    castmates: Run, words: tuple[str, ...], tmp_path: Path
) -> None:
    shown = castmates(*words, "--style", "tags", "--preview")
    assert "+ pip, 1girl, solo, holding cup" in shown.stdout
    assert not (tmp_path / "s/cast/pip/pictures/0001.txt").exists()

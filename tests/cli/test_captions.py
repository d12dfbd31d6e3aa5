"""`captions`: cleaned a line in, a line out; edits shown first, written, taken back."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import Studio
from tests.cli.conftest import Run


def cleaned(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "castmates", "captions", "clean", "--stdin", *words],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_line_in_is_one_line_out() -> None:
    text = "1girl, pip, [red] hat, long hair, smile\n\nsolo, hat, red hat\n"
    done = cleaned(text, "--trigger", "pip", "--prune-features", "--drop-counts", "--drop-implied")
    assert done.stderr == ""
    assert done.stdout == "pip, [red] hat, smile\npip\npip, red hat\n"


def test_only_the_families_that_are_named() -> None:
    done = cleaned("green eyes, long hair\n", "--families", "eyes")
    assert done.stdout == "long hair\n"


def test_a_misspelt_family_meets_the_nearest() -> None:
    done = cleaned("green eyes\n", "--families", "eyse")
    assert done.returncode == 2
    assert "eyes" in done.stderr
    assert done.stdout == ""


def test_a_character_s_captions_are_cleaned_with_what_it_means(
    castmates: Run, studio: Path
) -> None:
    pip = Studio.open(studio).character("pip")
    pip.write_caption(1, "1girl, long hair, green eyes, red hat, hat")
    words = ("captions", "clean", "pip", "--studio", str(studio), "--drop-implied")
    done = castmates(*words, "--prune-features", "--drop-counts", "--write")
    assert pip.pictures()[0].caption == "pip, red hat"
    said = " ".join(done.stdout.split())
    assert "long hair: colour, length and cut of the hair belong to the character" in said
    assert "castmates undo takes it back" in said


def test_without_a_character_it_says_so(castmates: Run) -> None:
    done = castmates("captions", "clean")
    assert done.returncode == 2
    assert "--stdin" in done.stderr


@pytest.fixture
def studio(castmates: Run, tmp_path: Path) -> Path:
    house = Studio.init(tmp_path / "s")
    pip = house.add_character(Character(name="pip", trigger="pip"))
    for number, words in ((1, "pip, red hat, smile"), (2, "pip, smile")):
        images.write_png(pip.picture_path(number), np.zeros((4, 4, 3), np.uint8))
        pip.write_caption(number, words)
    return house.path


def test_edits_are_shown_then_written_then_taken_back(castmates: Run, studio: Path) -> None:
    words = ("captions", "edit", "pip", "--studio", str(studio), "--where", "*hat")
    edits = ("--rename", "red hat=crown", "--base", "1girl", "--add", "day")
    caption = studio / "cast" / "pip" / "pictures" / "0001.txt"
    shown = castmates(*words, *edits)
    assert "+ pip, 1girl, crown, smile, day" in shown.stdout
    assert "1 of 1 captions would change" in shown.stdout
    assert caption.read_text() == "pip, red hat, smile\n"
    done = castmates(*words, *edits, "--write", "--json")
    assert json.loads(done.stdout)["written"] is True
    assert caption.read_text() == "pip, 1girl, crown, smile, day\n"
    back = castmates("undo", "pip", "--studio", str(studio))
    assert "Took back: captions edit (1 captions)." in back.stdout
    assert caption.read_text() == "pip, red hat, smile\n"
    again = castmates("undo", "pip", "--studio", str(studio), "--again")
    assert "Did again" in again.stdout


def test_outfits_and_views_are_said_alike(castmates: Run, studio: Path) -> None:
    pip = Studio.open(studio).character("pip")
    pip.write_caption(1, "pip, black coat, smile, from behind")
    pip.write_caption(2, "pip, coat, yellow necktie")
    there = ("pip", "--studio", str(studio), "--write")
    assert castmates("captions", "align", *there).returncode == 0
    assert castmates("captions", "views", *there).returncode == 0
    said = [entry.caption for entry in pip.pictures()]
    assert said == ["pip, black coat, from behind", "pip, yellow necktie, black coat"]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((), "No edit is given"),
        (("--rename", "hat"), "has no '='"),
        (("--replace", "(=x"), "cannot be replaced"),
        (("--where", "veiw:side", "--add", "x"), "Did you mean 'view'"),
    ],
)
def test_wrong_edits_are_named(
    words: tuple[str, ...], told: str, castmates: Run, studio: Path
) -> None:
    done = castmates("captions", "edit", "pip", "--studio", str(studio), *words)
    assert done.returncode == 2
    assert told in done.stderr
    assert "Traceback" not in done.stderr

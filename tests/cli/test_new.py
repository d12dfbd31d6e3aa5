"""`new` and `export` at the door: both forms, a summary that names what was left out, JSON."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Run
from tests.pictures.drawn import folder_of


@pytest.fixture
def album(castmates: Run, tmp_path: Path) -> Path:
    castmates("init", "s")
    folder = folder_of(tmp_path / "15_pip girl", 4)
    (folder / "odd [red].png").write_text("not a picture")
    (folder / "none.jpg").write_bytes(b"")
    (folder / "1.txt").write_text("pip, hat")
    return folder


def test_new_names_every_file_that_was_left_out(castmates: Run, album: Path) -> None:
    done = castmates("new", "pip", "--pictures", album, "--class-word", "fox", "--studio", "s")
    assert done.returncode == 0, done.stderr
    said = " ".join(done.stdout.split())
    assert "pip: 4 pictures came in, 0 were there already." in said
    assert "With them: 1 captions, 4 originals." in said
    assert "Left out (2):" in said
    assert "odd [red].png: " in said
    assert "none.jpg is empty" in said
    assert "Not answered, and nothing waits for it: castmates new pip --likeness" in said
    again = castmates("new", "pip", album, "--studio", "s", "--json")
    found = json.loads(again.stdout)
    assert (found["added"], found["there"], found["unanswered"]) == (0, 4, [])
    assert [one["file"] for one in found["skipped"]] == ["none.jpg", "odd [red].png"]


def test_answers_are_options(castmates: Run, album: Path, tmp_path: Path) -> None:
    options = ("--likeness", "own drawing", "--asymmetric", "--colours-matter", "--age", "7")
    more = ("--height", "110.5", "--no-originals", "--size", "256", "--trigger", "pp")
    done = castmates("new", "pip", album, "--studio", "s", *options, *more)
    assert done.returncode == 0, done.stderr
    assert "Not answered" not in done.stdout
    toml = (tmp_path / "s" / "cast" / "pip" / "character.toml").read_text("utf-8")
    lines = ('trigger = "pp"', "asymmetric = true", "age = 7", "height_cm = 110.5")
    assert all(line in toml for line in lines)
    assert not (tmp_path / "s" / "cast" / "pip" / "originals").exists()


def test_export_and_its_refusal(castmates: Run, album: Path, tmp_path: Path) -> None:
    castmates("new", "pip", album, "--studio", "s")
    words = ("export", "kohya", "pip", "--to", "out", "--studio", "s")
    done = castmates(*words)
    assert done.returncode == 0, done.stderr
    assert "4 pictures, 1 captions" in done.stdout
    assert (tmp_path / "out" / "Images" / "15_pip" / "1.png").is_file()
    (tmp_path / "out" / "mine.doc").write_text("x")
    refused = castmates(*words, "--json")
    assert refused.returncode == 2
    assert "mine.doc" in json.loads(refused.stdout)["what"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("new", "pip", "--studio", "s"), 2, "No pictures are given"),
        (("new", "Pip", "15_pip girl", "--studio", "s"), 2, "As in: pip"),
        (("new", "pip", "bad.zip", "--studio", "s"), 2, "not a zip that can be read"),
        (("export", "kohya", "pip", "--to", "x", "--studio", "s"), 3, "No character 'pip'"),
    ],
)
def test_bad_input_is_a_sentence(
    words: tuple[str, ...], code: int, told: str, castmates: Run, album: Path, tmp_path: Path
) -> None:
    (tmp_path / "bad.zip").write_text("no zip")
    done = castmates(*words)
    assert done.returncode == code
    assert told in done.stderr
    assert "Traceback" not in done.stderr


def test_export_says_what_it_knows(castmates: Run) -> None:
    done = castmates("export", "kohya", "--help")
    assert "Example: castmates export kohya" in " ".join(done.stdout.split())


def test_a_goal_is_kept_and_decides_what_is_asked_and_checked(
    castmates: Run, album: Path, tmp_path: Path
) -> None:
    done = castmates("new", "ink", album, "--goal", "Style", "--studio", "s")
    assert "castmates new ink --likeness --consent\n" in done.stdout
    toml = (tmp_path / "s" / "cast" / "ink" / "character.toml").read_text("utf-8")
    assert 'goal = "style"' in toml
    checked = castmates("check", "ink", "--sheet", "look.png", "--studio", "s", "--json")
    found = json.loads(checked.stdout)
    assert (found["goal"], found["sheet"]) == ("style", "look.png")
    assert (tmp_path / "look.png").read_bytes().startswith(b"\x89PNG")
    other = castmates("check", "ink", "--goal", "concpt", "--studio", "s")
    assert (other.returncode, "Did you mean 'concept'" in other.stderr) == (2, True)

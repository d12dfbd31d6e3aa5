"""The index of pictures finds words, and is thrown away rather than trusted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from castmates.core.errors import CastmatesError
from castmates.files.gallery import Entry, Gallery

CROWN = Entry(
    path="drawings/1.png", words="pip, red crown, castle", adapters=("pip", "ink"), seed=7
)
SNOW = Entry(path="drawings/2.png", words="moss, café in snow", negative="blurry", size="128x192")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Gallery.open(tmp_path / "gallery.sqlite") as index:
        seen = {one.path: ((1, number), one) for number, one in enumerate((CROWN, SNOW))}
        index.keep({**seen, "drawings/empty.png": ((1, 9), None)})
    return tmp_path / "gallery.sqlite"


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("crown", [CROWN]),
        ("CASTLE crown", [CROWN]),
        ("crow", [CROWN]),
        ('"red crown"', [CROWN]),
        ('"crown red"', []),
        ("crown snow", []),
        ("cafe", [SNOW]),
        ("blurry", [SNOW]),
        ("ink", [CROWN]),
        ("128x192", [SNOW]),
        ("7", [CROWN]),
        ("", [SNOW, CROWN]),
        ("-- , (", [SNOW, CROWN]),
        ('crown" OR snow NOT (', []),
        ("words:crown*", []),
    ],
)
def test_words_are_found_and_no_sign_is_an_operator(
    path: Path, asked: str, found: list[Entry]
) -> None:
    with Gallery.open(path) as index:
        assert index.find(asked, 9) == (found, len(found))


def test_newest_first_and_no_more_than_asked_for(path: Path) -> None:
    with Gallery.open(path) as index:
        assert index.find("", 1) == ([SNOW], 2)


def test_files_without_words_are_remembered_too(path: Path) -> None:
    with Gallery.open(path) as index:
        assert index.stamps()["drawings/empty.png"] == (1, 9)
        index.keep({CROWN.path: ((2, 5), None)})
        index.drop([SNOW.path])
        assert index.find("", 9) == ([], 0)
        assert set(index.stamps()) == {CROWN.path, "drawings/empty.png"}


@pytest.mark.parametrize("spoilt", ["text", "edition"])
def test_what_does_not_fit_is_made_anew(path: Path, spoilt: str) -> None:
    if spoilt == "text":
        path.write_text("no database, but long enough to be looked at as one" * 9)
    else:
        other = sqlite3.connect(path)
        other.execute("pragma user_version = 99")
        other.close()
    with Gallery.open(path) as index:
        assert index.stamps() == {}


def test_trouble_is_told_with_a_way_out(tmp_path: Path) -> None:
    (tmp_path / "gallery.sqlite").mkdir()
    opening = Gallery.open(tmp_path / "gallery.sqlite")
    with pytest.raises(CastmatesError, match="could not be used") as caught, opening:
        pass
    assert "delete it" in caught.value.fix

"""Sheets keep every pixel, labels are read or refused kindly, and the error is counted right."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

import storybook.world as world
from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Pixels
from storybook.oracle import labelling
from storybook.oracle.labelling import NAME, against, error_lines, read_labels, skeleton
from storybook.oracle.reading import Reading
from storybook.oracle.sheets import pictures_in, pictures_of, sheet_of, write_sheets
from tests.storybook.oracle.perfect import perfect

SPECS = [
    world.sample(i, world.QUIET, (one,), view="from front", framing="full body", hat=None)
    for i, one in enumerate(world.DEVELOPMENT.values())
]
PICTURES = [world.draw(spec, 128).image for spec in SPECS]


class Perfect:
    """An oracle that knows the pictures by heart."""

    def read(self, pictures: Sequence[Pixels]) -> list[Reading]:
        known = [picture.tobytes() for picture in PICTURES]
        return [perfect(SPECS[known.index(picture.tobytes())]) for picture in pictures]


def _folder(tmp_path: Path, text: str) -> Path:
    list(write_sheets(PICTURES, tmp_path))
    (tmp_path / NAME).write_text('[sheets]\n"sheet-001.png" = 4\n' + text, encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(("suffix", "away"), [(".png", 0.0), (".webp", 4.0)])
def test_a_sheet_gives_its_pictures_back(tmp_path: Path, suffix: str, away: float) -> None:
    many = [np.roll(PICTURES[i % 4], i, 0) for i in range(14)]
    sheets = list(write_sheets(many, tmp_path, first=5, suffix=suffix))
    assert [numbers for _, numbers in sheets] == [range(5, 17), range(17, 19)]
    assert [path.name for path, _ in sheets] == [f"sheet-005{suffix}", f"sheet-017{suffix}"]
    found = pictures_in(tmp_path)
    again = [
        p for sheet, (_, n) in zip(found, sheets, strict=True) for p in pictures_of(sheet, len(n))
    ]
    apart = [np.abs(a - b.astype(float)).mean() for a, b in zip(many, again, strict=True)]
    assert max(apart) <= away


def test_a_sheet_has_too_few_pictures() -> None:
    with pytest.raises(ValueError, match="no picture 5"):
        pictures_of(sheet_of(PICTURES, 1), 5)


def test_labels_are_read_in_peoples_words(tmp_path: Path) -> None:
    text = """
    [pictures.2]
    count = 1
    scene = "?"
    [[pictures.2.characters]]
    kind = ["boy", "girl"]
    eyes = "teal"
    outfit_colour = "yellow"
    cape = "red"
    hair = ""
    """
    (label,) = read_labels(_folder(tmp_path, text))
    assert np.array_equal(label.pixels, PICTURES[1])
    assert label.picture == {"count": {"1"}}
    assert label.characters[0]["kind"] == {"boy", "girl"}
    assert label.characters[0]["eyes"] == {"turquoise"}
    assert label.characters[0]["outfit_colour"] == {"yellow", "amber", "gold"}
    assert "hair" not in label.characters[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[pictures.2]\ncuont = 1", "no slot is called 'cuont'. Did you mean 'count'"),
        ("[pictures.9]\ncount = 1", "picture 9 is on no sheet"),
        ("[[pictures.1.characters]]\neyes = 'tael'", "eyes cannot be 'tael'"),
        ("[[pictures.1.characters]]\nkind = 'fux'", "Did you mean 'fox'"),
        ("[pictures.1]\ncount = 0\n[[pictures.1.characters]]\nkind = 'fox'", "count 0, but 1"),
        ("[pictures]\n1 = 3", "wanted slots"),
        ("[picture.1]\ncount = 1", "Did you mean 'pictures'"),
        ("[pictures.1", "is not TOML"),
    ],
)
def test_wrong_labels_are_refused_kindly(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput) as caught:
        read_labels(_folder(tmp_path, text))
    assert told in str(caught.value)


def test_all_misfits_are_told_at_once(tmp_path: Path) -> None:
    text = "[pictures.9]\ncount = 1\n[pictures.2]\ncuont = 1"
    with pytest.raises(BadInput, match="2 things do not fit"):
        read_labels(_folder(tmp_path, text))


def test_missing_sheets_and_bad_counts(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text('[sheets]\n"sheet-001.png" = 4\n', encoding="utf-8")
    with pytest.raises(Missing, match="no picture"):
        read_labels(tmp_path)
    (tmp_path / NAME).write_text('[sheets]\nsheet = "four"\n', encoding="utf-8")
    with pytest.raises(BadInput, match="how many pictures"):
        read_labels(tmp_path)
    list(write_sheets(PICTURES, tmp_path))
    (tmp_path / NAME).write_text('[sheets]\n"sheet-001.png" = 5\n', encoding="utf-8")
    with pytest.raises(BadInput, match="no picture 5"):
        read_labels(tmp_path)


def test_the_error_is_counted_against_labels(tmp_path: Path) -> None:
    text = """
    [pictures.1]
    count = 1
    [[pictures.1.characters]]
    kind = "cat"
    cover = "white"
    [pictures.4]
    count = 2
    [[pictures.4.characters]]
    kind = "rabbit"
    [[pictures.4.characters]]
    kind = "fox"
    """
    folder = _folder(tmp_path, text)
    tally = against(Perfect(), read_labels(folder))  # type: ignore[arg-type]
    assert tally.slots == {
        "count": [True, False],
        "kind": [True, True, False],
        "cover": [False],
    }
    assert any("pictures labelled by hand" in line for line in error_lines(Perfect(), folder))  # type: ignore[arg-type]


def test_without_labels_it_is_said_that_the_error_is_unknown(tmp_path: Path) -> None:
    (line,) = error_lines(Perfect(), tmp_path)  # type: ignore[arg-type]
    assert "not known" in line


def test_a_skeleton_can_be_read(tmp_path: Path) -> None:
    sheets = list(write_sheets(PICTURES, tmp_path))
    (tmp_path / labelling.NAME).write_text(skeleton(sheets))
    labels = read_labels(tmp_path)
    assert [label.number for label in labels] == [1, 2, 3, 4]
    assert all(not label.picture and label.characters == ({},) for label in labels)


def test_the_labels_that_are_committed_are_sound() -> None:
    assert isinstance(read_labels(), list)

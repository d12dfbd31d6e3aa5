"""Steps and boxes are data: read back as written, refused where they are none."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.files import settings
from castmates.pictures.edits.boxes import read_box
from castmates.pictures.edits.entries import EditList, Entry
from castmates.pictures.edits.steps import Background, Crop, Subject, Turn, Unbar, colour, said

STEPS = (
    Crop(box=(1, 2, 30, 40)),
    Subject(margin=0.25),
    Turn(degrees=-2.5, fill="white"),
    Unbar(top=3, bottom=4),
    Background(to="#88aaff"),
)


def test_steps_come_back_from_the_file(tmp_path: Path) -> None:
    value = EditList(picture=(Entry(number=7, untouched="0007.aa.png", step=STEPS),))
    settings.save(tmp_path / "edits.toml", value)
    assert settings.load(tmp_path / "edits.toml", EditList) == value


def test_a_misspelt_step_is_named(tmp_path: Path) -> None:
    path = tmp_path / "edits.toml"
    text = '[[picture]]\nnumber = 1\nuntouched = "a"\n[[picture.step]]\n'
    path.write_text(f'{text}do = "turn"\ndegree = 3\n', encoding="utf-8")
    with pytest.raises(BadInput, match=r"degree.*degrees"):
        settings.load(path, EditList)
    path.write_text(f'{text}do = "crop"\nbox = [9, 9, 3, 3]\n', encoding="utf-8")
    with pytest.raises(BadInput, match="left < right"):
        settings.load(path, EditList)


def test_some_kinds_stand_once() -> None:
    entry = Entry(number=1, untouched="a")
    for step in (Background(to="white"), Crop(box=(0, 0, 9, 9)), Background(to="red")):
        entry = entry.with_step(step)
    assert entry.step == (Crop(box=(0, 0, 9, 9)), Background(to="red"))


def test_steps_are_said() -> None:
    assert [said(step) for step in STEPS] == [
        "crop to 1,2,30,40",
        "crop to the subject, 25% around it",
        "turn by -2.5°, corners white",
        "bars off (3 top, 4 bottom)",
        "background #88aaff",
    ]


def test_colours() -> None:
    assert colour("#88aaff") == (0x88, 0xAA, 0xFF)
    assert colour(" SkyBlue ") == (135, 206, 235)
    with pytest.raises(BadInput, match="Did you mean 'skyblue'"):
        colour("skyblu")


def test_boxes_in_pixels_and_per_cent() -> None:
    assert read_box("10, 20, 300, 400").within(320, 500) == (10, 20, 300, 400)
    assert read_box("10,20,300,4000").within(320, 500) == (10, 20, 300, 500)
    assert read_box("25%,0,75%,100%").within(200, 80) == (50, 0, 150, 80)


@pytest.mark.parametrize(
    "text", ["", "1,2,3", "a,b,c,d", "9,9,3,3", "-1,0,5,5", "nan,0,5,5", "5%,0,1%,9"]
)
def test_what_is_no_box(text: str) -> None:
    with pytest.raises(BadInput, match="box"):
        read_box(text)


def test_a_box_beside_the_picture() -> None:
    with pytest.raises(BadInput, match="outside of 100x100"):
        read_box("200,200,300,300").within(100, 100)

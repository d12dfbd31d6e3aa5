"""A character is made from its folders: name, trigger, answers; one of that name stays itself."""

from __future__ import annotations

from pathlib import Path

import pytest

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.files.studio import Studio
from castmates.studio.new import Answers, name_from, new
from tests.pictures.drawn import folder_of


@pytest.mark.parametrize(
    ("folder", "name"),
    [("pip", "pip"), ("15_pip", "pip"), ("My Fox!", "my-fox"), ("2b", "2b"), ("lora_pip", "pip")],
)
def test_the_folder_names_the_character(folder: str, name: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir()
    assert name_from([tmp_path / folder]) == name


def test_a_name_that_cannot_be_made_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "!!!").mkdir()
    with pytest.raises(BadInput, match="--name"):
        name_from([tmp_path / "!!!"])


def test_a_zip_names_the_character(tmp_path: Path) -> None:
    (tmp_path / "15_pip.zip").write_bytes(b"")
    assert name_from([tmp_path / "15_pip.zip"]) == "pip"


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "studio")


def test_the_trigger_is_guessed_from_a_kohya_folder_and_said(house: Studio, tmp_path: Path) -> None:
    folder_of(tmp_path / "lora_x" / "Images" / "15_pip girl", 3)
    told: list[Event] = []
    made = new(house, "pippin", [tmp_path / "lora_x"], tell=told.append)
    assert (made.folder.character.trigger, made.folder.character.class_word) == ("pip", "girl")
    said = [event.what for event in told if isinstance(event, Warned)]
    assert said == ["The folder '15_pip girl' says: trigger 'pip', class 'girl'."]
    own = new(house, "max", [tmp_path / "lora_x"], trigger="maxx", tell=told.append)
    assert own.folder.character.trigger == "maxx"
    assert [r.repeats for r in own.folder.records()] == [15, 15, 15]


def test_folders_of_several_characters_are_said(house: Studio, tmp_path: Path) -> None:
    for name, first in (("5_pip girl", 0), ("5_max boy", 10)):
        folder_of(tmp_path / "img" / name, 3, first=first)
    told: list[Event] = []
    made = new(house, "both", [tmp_path / "img"], tell=told.append)
    assert made.folder.character.trigger == "both"
    said = [event.what for event in told if isinstance(event, Warned)]
    assert "'5_max boy', '5_pip girl' do not say one trigger" in said[0]


def test_answers_are_kept_and_what_is_open_is_said_once(house: Studio, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    answers = Answers(likeness="Own-Drawing", asymmetric=True, height_cm=120, age=7)
    made = new(house, "pip", [mine], answers=answers)
    assert made.unanswered == ("consent", "colours-matter")
    kept = made.folder.character
    assert (kept.likeness, kept.asymmetric, kept.colours_matter) == ("own drawing", True, False)
    assert (kept.height_cm, kept.age) == (120, 7)
    again = new(house, "pip", [mine])
    assert again.unanswered == ()
    assert again.folder.character == kept
    only = new(house, "pip", [], answers=Answers(consent="my own", asymmetric=False))
    assert only.brought.added == 0
    after = house.character("pip").character
    assert (after.consent, after.asymmetric, after.age) == ("my own", False, 7)


def test_two_characters_of_one_name_are_refused(house: Studio, tmp_path: Path) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    new(house, "pip", [mine], trigger="pip", class_word="girl")
    with pytest.raises(BadInput, match=r"2 things.*\n.*trigger = 'pip'; 'max'"):
        new(house, "pip", [mine], trigger="max", class_word="boy")
    told: list[Event] = []
    new(house, "other", [mine], trigger="pip", tell=told.append)
    assert "'pip' has the trigger 'pip' as well" in str(told)


@pytest.mark.parametrize(
    ("name", "answers", "told"),
    [
        ("Pip Fox", Answers(), "As in: pip-fox"),
        ("pip", Answers(likeness="reel person"), "Did you mean 'real person'"),
        ("pip", Answers(height_cm=-3.0), "height_cm = '-3.0' does not fit"),
    ],
)
def test_what_does_not_fit_is_refused_before_anything_is_made(
    name: str, answers: Answers, told: str, house: Studio, tmp_path: Path
) -> None:
    mine = folder_of(tmp_path / "mine", 3)
    with pytest.raises(BadInput, match=told):
        new(house, name, [mine], answers=answers)
    assert list((house.path / "cast").iterdir()) == []


def test_no_pictures_leave_no_character(house: Studio, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="castmates new pip FOLDER"):
        new(house, "pip", [])
    for count in (0, 2):
        with pytest.raises(BadInput):
            new(house, "pip", [folder_of(tmp_path / str(count), count)])
    with pytest.raises(Missing):
        new(house, "pip", [tmp_path / "nowhere"])
    assert list((house.path / "cast").iterdir()) == []


def test_files_of_others_in_the_cast_are_left_alone(house: Studio, tmp_path: Path) -> None:
    notes = house.path / "cast" / "pip" / "notes.txt"
    notes.parent.mkdir()
    notes.write_text("mine")
    with pytest.raises(BadInput, match=r"notes\.txt"):
        new(house, "pip", [folder_of(tmp_path / "mine", 3)])
    assert notes.read_text() == "mine"

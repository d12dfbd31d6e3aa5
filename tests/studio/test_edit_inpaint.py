"""`edit inpaint`: shown first, replayed from the untouched picture, taken back to the byte."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Found, Pixels
from castmates.files import images
from castmates.pictures.edits.filling import filled, of_boxes
from castmates.studio import edit
from castmates.studio.edit import How
from castmates.studio.edit_inpaint import Hole, inpaint
from castmates.studio.undo import undo
from tests.pictures.edits.home import SIZE, Home, files_of, home_in

cv2 = pytest.importorskip("cv2")

FIRST = How(where="number:1", write=True)
ALL = How(write=True)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return home_in(tmp_path)


def pixels(home: Home, number: int) -> Pixels:
    return images.read(home.pip.picture_path(number))


def holes(home: Home) -> list[str]:
    return sorted(path.name for path in home.pip.kept_dir.glob("*.hole.png"))


def mask_file(path: Path, box: tuple[int, int, int, int], size: int = SIZE) -> Path:
    path.parent.mkdir(exist_ok=True)
    Image.fromarray(of_boxes((box,), size, size)).save(path)
    return path


class Names:
    """A finder (port `core.ports.Finder`) that finds a cup everywhere but in dark pictures."""

    def find(self, pictures: list[Pixels], at_least: float | None = None) -> list[list[Found]]:
        cup = Found((10.2, 20.0, 29.5, 40.0), 0.9, "Cup")
        dog = Found((60.0, 60.0, 90.0, 90.0), 0.8, "dog")
        return [[cup, dog] if one.mean() > 40 else [dog] for one in pictures]


def test_a_preview_writes_nothing_and_shows_the_hole(home: Home, tmp_path: Path) -> None:
    before = files_of(home.pip)
    done = inpaint(
        home.studio, "pip", Hole(boxes=("10,10,30,30",)), How(sheet=tmp_path / "look.png")
    )
    assert (done.meant, len(done.pictures), done.written) == (4, 4, False)
    assert done.pictures[0].why == "paint over 10,10,30,30"
    assert files_of(home.pip) == before
    assert (tmp_path / "look.png").is_file()


def test_boxes_masks_and_names_paint_the_same_place_over(home: Home, tmp_path: Path) -> None:
    whole = pixels(home, 1)
    box = (10, 20, 30, 40)
    want = filled(whole, of_boxes((box,), SIZE, SIZE))
    mask = mask_file(tmp_path / "hole.png", box)
    for hole in (
        Hole(boxes=("10,20,30,40",)),
        Hole(mask=mask, grow=0),
        Hole(tag="cup", with_=Names(), grow=0),
    ):
        inpaint(home.studio, "pip", hole, FIRST)
        assert np.array_equal(pixels(home, 1), want)
        undo(home.studio, "pip")
        assert np.array_equal(pixels(home, 1), whole)


def test_it_is_a_step_among_others_and_its_mask_is_kept(home: Home, tmp_path: Path) -> None:
    before = {k: v for k, v in files_of(home.pip).items() if not k.startswith("kept/")}
    edit.crop(home.studio, "pip", "4,4,124,124", ALL)
    mask = mask_file(tmp_path / "hole.png", (30, 30, 50, 50), 120)
    inpaint(home.studio, "pip", Hole(mask=mask), ALL)
    mask.unlink()
    edit.turn(home.studio, "pip", 90, how=ALL)
    assert len(holes(home)) == 4
    turned = pixels(home, 2)
    edit.take_away(home.studio, "pip", "turn", ALL)
    assert np.array_equal(np.rot90(pixels(home, 2), -1), turned)
    edit.take_away(home.studio, "pip", "inpaint", ALL)
    edit.take_away(home.studio, "pip", "crop", ALL)
    # The history still needs the masks: all of it comes back, and goes.
    for _ in range(6):
        assert not undo(home.studio, "pip").kept
    now = {k: v for k, v in files_of(home.pip).items() if not k.startswith("kept/")}
    assert now == before
    for _ in range(3):
        undo(home.studio, "pip", again=True)
    assert np.array_equal(pixels(home, 2), turned)


def test_masks_in_a_folder_go_by_number_and_the_others_stay(home: Home, tmp_path: Path) -> None:
    folder = tmp_path / "masks"
    mask_file(folder / "0001.png", (10, 10, 30, 30))
    mask_file(folder / "2.png", (10, 10, 30, 30), 64)
    done = inpaint(home.studio, "pip", Hole(mask=folder), ALL)
    assert [one.number for one in done.pictures] == [1]
    told = dict(done.skipped)
    assert "shows 128x128 pixels, and its mask has 64x64" in told[2]
    assert told[3] == "has no mask in that folder."


def test_what_is_not_there_stays_and_captions_are_thought_of(home: Home) -> None:
    dark = np.zeros((SIZE, SIZE, 3), np.uint8)
    dark[:4, :4] = 9
    images.write_png(home.pip.picture_path(3), dark)
    done = inpaint(home.studio, "pip", Hole(tag=" CUP", with_=Names()))
    assert dict(done.skipped) == {3: "no ' CUP' was found in it, but dog."}
    assert any("--remove ' CUP'" in each for each in done.means)
    large = inpaint(home.studio, "pip", Hole(boxes=("0,0,50%,50%",)))
    assert "25% of its picture" in large.means[0]


def test_the_same_twice_is_once(home: Home) -> None:
    hole = Hole(boxes=("10,10,30,30", "50,50,60,60"))
    inpaint(home.studio, "pip", hole, FIRST)
    again = inpaint(home.studio, "pip", hole, FIRST)
    assert dict(again.skipped) == {1: "is so already."}


@pytest.mark.parametrize(
    ("hole", "told"),
    [
        (Hole(), "Wanted --box, --mask or --tag"),
        (Hole(boxes=("1,1,9,9",), tag="cup"), "Wanted --box, --mask or --tag"),
        (Hole(tag="cup"), "what 'cup' looks like"),
        (Hole(boxes=("1,1,9,9",), method="tela"), "Did you mean 'telea'"),
        (Hole(boxes=("1,1,9,9",), grow=-1), "Grown by -1 pixels; wanted 0 to 256"),
        (Hole(boxes=("1,1,9,9",), radius=0), "radius is 0; wanted 1 to 64"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_opened(home: Home, hole: Hole, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        inpaint(home.studio, "pip", hole, ALL)


def test_masks_that_are_none_are_refused(home: Home, tmp_path: Path) -> None:
    clear = tmp_path / "clear.png"
    Image.new("RGBA", (SIZE, SIZE), (255, 255, 255, 0)).save(clear)
    with pytest.raises(BadInput, match="transparent in places"):
        inpaint(home.studio, "pip", Hole(mask=clear), ALL)
    (tmp_path / "empty").mkdir()
    for path, told in ((tmp_path / "empty", "named as a picture"), (tmp_path / "no.png", "no")):
        with pytest.raises(Missing, match=told):
            inpaint(home.studio, "pip", replace(Hole(), mask=path), ALL)

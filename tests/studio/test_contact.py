"""The contact sheet shows every picture once, in its group, with what was found about it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Character
from castmates.files import images
from castmates.files.studio import CharacterFolder, PictureRecord, Studio
from castmates.judging.canvas import PICK
from castmates.pictures.report import Finding, PictureReport, Report
from castmates.studio.contact import EDGE, SIGNS, Contact, contact
from castmates.studio.contact_sheet import HELD, contact_sheet, write_contact_sheet

SIZES = [(64, 64), (96, 64), (48, 96), (400, 20), (20, 400)]


def picture(number: int, size: tuple[int, int], held: bool = False) -> PictureReport:
    view = ("front", "side", "back")[number % 3]
    measures = {"sharpness": 1.0, "softness": 0.0, "blockiness": 1.0, "tones": (0.0, 128.0, 255.0)}
    known = {"width": size[0], "height": size[1], "shows": {"view": (view,)}, "held_out": held}
    return PictureReport.model_validate({"name": f"{number:04d}.png", **known, **measures})


def report(count: int, findings: tuple[Finding, ...] = ()) -> Report:
    """So many pictures of many shapes; every fifth is held out."""
    some = tuple(picture(n, SIZES[n % 5], n % 5 == 0) for n in range(1, count + 1))
    held = sum(one.held_out for one in some)
    counts = {"pictures": count, "held_out": held, "captions": 0}
    return Report(character="pip", per_picture=some, findings=findings, **counts)


def records(count: int) -> list[PictureRecord]:
    def one(n: int) -> PictureRecord:
        group, outfit = ("low", "high", "")[n % 3], ("", "coat")[n % 2]
        facts = {"number": n, "source": "x", "digest": "0", "width": 9, "height": 9}
        return PictureRecord.model_validate({**facts, "group": group, "outfit": outfit})

    return [one(n) for n in range(1, count + 1)]


def boxes(sheet: Contact) -> list[tuple[int, int, int, int]]:
    return [spot.box for card in sheet.cards for spot in card.spots]


@pytest.mark.parametrize("count", [1, 3, 14, 60, 131])
def test_every_picture_stands_once_in_its_card_and_on_no_other(count: int) -> None:
    sheet = contact(report(count), records(count))
    names = [spot.picture.name for card in sheet.cards for spot in card.spots]
    assert sorted(names) == [f"{n:04d}.png" for n in range(1, count + 1)]
    taken = np.zeros(sheet.size[::-1], bool)
    for card in sheet.cards:
        left, top, right, bottom = card.box
        assert EDGE <= left < right <= sheet.size[0] - EDGE
        assert bottom < sheet.size[1]
        for a, b, c, d in (spot.box for spot in card.spots):
            assert left < a < c < right
            assert top < b < d < bottom
            assert not taken[b:d, a:c].any()
            taken[b:d, a:c] = True
        for lane in card.lanes:
            assert left < lane.left <= lane.right < right


def test_better_groups_come_first_and_views_stand_together() -> None:
    sheet = contact(report(30), records(30))
    titles = [card.title for card in sheet.cards]
    assert titles == ["high · coat", "high", "low · coat", "low", "coat", "No group"]
    views = [spot.picture.shows["view"][0] for spot in sheet.cards[0].spots]
    assert views == sorted(views, key=("front", "side", "back").index)
    assert contact(report(4), []).cards[0].title == "All pictures"


def test_a_finding_has_one_sign_on_its_pictures_and_in_the_list() -> None:
    about = ("0002.png", "0003.png")
    blurred = Finding(code="blurred", level="warning", pictures=about, what="Blurred.")
    few = Finding(code="few-pictures", level="note", what="Few.", fix="More.")
    sheet = contact(report(4, (few, blurred)), [])
    signs = {spot.picture.name: spot.signs for card in sheet.cards for spot in card.spots}
    assert signs == {"0001.png": (), "0002.png": ("A",), "0003.png": ("A",), "0004.png": ()}
    assert [(item.sign, item.finding.code) for item in sheet.items] == [
        ("A", "blurred"),
        ("", "few-pictures"),
    ]


def test_more_findings_than_fit_are_counted() -> None:
    many = tuple(
        Finding(code="twins", level="note", pictures=("0001.png",), what=f"Pair {n}.")
        for n in range(70)
    )
    sheet = contact(report(5, many), [])
    assert (len(sheet.items), sheet.more) == (16, 54)
    told = next(s.signs for card in sheet.cards for s in card.spots if s.picture.name[:4] == "0001")
    assert "".join(told) == SIGNS
    bottoms = [item.spot[1] for item in sheet.items]
    assert max(bottoms) < sheet.legend[3] < sheet.size[1]


@pytest.fixture
def pip(tmp_path: Path) -> CharacterFolder:
    """Five pictures of one colour each."""
    folder = Studio.init(tmp_path / "s").add_character(Character(name="pip", trigger="pip"))
    for number in range(1, 6):
        wide, high = SIZES[number % 5]
        images.write_png(folder.picture_path(number), np.full((high, wide, 3), 30 * number, "u1"))
    return folder


def test_pictures_frames_and_signs_are_drawn_where_the_layout_says(pip: CharacterFolder) -> None:
    blurred = Finding(code="blurred", level="warning", pictures=("0001.png",), what="Blurred.")
    told = report(5, (blurred,))
    sheet, drawn = contact(told, []), contact_sheet(told, pip)
    assert drawn.shape == (*sheet.size[::-1], 3)
    for spot in (spot for card in sheet.cards for spot in card.spots):
        left, top, right, bottom = spot.box
        middle = drawn[(top + bottom) // 2, (left + right) // 2]
        assert (middle == 30 * int(spot.picture.name[:4])).all()
        framed = tuple(drawn[(top + bottom) // 2, left - 3]) == HELD
        assert framed == spot.picture.held_out
        corner = drawn[top : top + 30, left : left + 30].reshape(-1, 3)
        assert (PICK in map(tuple, corner.tolist())) == (spot.picture.name == "0001.png")


def test_a_deleted_picture_is_told_and_the_sheet_before_stays(
    pip: CharacterFolder, tmp_path: Path
) -> None:
    path = tmp_path / "sheet.png"
    write_contact_sheet(path, report(5), pip)
    before = path.read_bytes()
    pip.picture_path(3).unlink()
    with pytest.raises(Missing, match="0003"):
        write_contact_sheet(path, report(5), pip)
    assert path.read_bytes() == before


def test_a_path_that_no_png_can_have_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"look.jpg.*look.png"):
        images.demand_png(tmp_path / "look.jpg")
    with pytest.raises(Missing, match="no folder"):
        images.demand_png(tmp_path / "nowhere" / "look.png")
    (tmp_path / "a.png").mkdir()
    with pytest.raises(BadInput, match="is a folder"):
        images.demand_png(tmp_path / "a.png")

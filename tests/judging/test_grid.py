import numpy as np
import pytest
from PIL import Image

from castmates.files import images
from castmates.files.studio import StudyFolder
from castmates.judging import grid
from castmates.judging.canvas import PICK, fitted, font, wrapped
from castmates.judging.choice import choose
from castmates.judging.likeness import RealPictures
from castmates.judging.page import Sheet
from castmates.judging.scores import Judges, measure
from castmates.judging.study import cells, run
from tests.judging import tiny


def test_the_size_follows_from_the_axes_alone() -> None:
    sheet = Sheet(rows=3, columns=4, panels=2, side=100, gap=10, foot=20, edge=30, left=80)
    assert sheet.panel == (80 + 4 * 110 + 10, sheet.head + 3 * 130 + 10)
    assert sheet.size == (30 + 2 * (530 + 30), sheet.title + sheet.panel[1] + 30)
    assert Sheet(rows=3, columns=4, panels=3).size[1] > Sheet(rows=3, columns=4, panels=2).size[1]


@pytest.mark.parametrize("panels", [1, 2, 3])
def test_every_thumbnail_lies_inside_its_panel_and_the_sheet(panels: int) -> None:
    sheet = Sheet(rows=2, columns=3, panels=panels)
    for panel in range(panels):
        left, top = sheet.corner(panel)
        x, y = sheet.place(panel, 1, 2)
        assert left < x
        assert x + sheet.side < left + sheet.panel[0] <= sheet.size[0]
        assert y + sheet.side + sheet.foot < top + sheet.panel[1] <= sheet.size[1]


def test_pictures_stand_where_the_axes_say_and_the_pick_is_framed() -> None:
    study = tiny.study()
    drawn = {d.index: d for d in tiny.FlatPainter().draw([c.shot for c in cells(study)])}
    pictures = {cell.name: drawn[i].pixels for i, cell in enumerate(cells(study))}
    real = RealPictures(training=tiny.real(4), held_out=tiny.real(3, start=50))
    judges = Judges(encoder=tiny.ColourEncoder(), tagger=tiny.RedTagger())
    scores = measure(study, [drawn[i].pixels for i in range(len(drawn))], real, judges)
    decision = choose(study, scores)
    page = grid.draw(study, pictures, "Pip", scores, decision)
    sheet = grid.sheet(study)
    assert page.shape == (sheet.size[1], sheet.size[0], 3)
    side = (sheet.side, sheet.side)
    x, y = sheet.place(1, 2, 0)
    shown = page[y + 12 : y + sheet.side - 12, x + 12 : x + sheet.side - 12]
    cell = Image.fromarray(pictures["e010-s0.40-hat-seed1.png"])
    whole = np.asarray(cell.resize(side, Image.Resampling.LANCZOS))
    assert np.array_equal(shown, whole[12:-12, 12:-12])
    row = [2, 6, 10].index(decision.pick.epoch)
    column = [0.4, 0.8, 1.0].index(decision.pick.strength)
    x, y = sheet.place(0, row, column)
    assert tuple(page[y + sheet.side // 2, x - 3]) == PICK
    plain = grid.draw(study, pictures, "Pip")
    assert tuple(plain[y + sheet.side // 2, x - 3]) != PICK


def test_the_sheet_is_written_beside_the_cells(tmp_path) -> None:
    folder, study = StudyFolder(tmp_path / "a"), tiny.study()
    run(study, tiny.FlatPainter(), folder)
    grid.write(study, folder, "Pip")
    height, width, _ = images.read(folder.grid).shape
    assert (width, height) == grid.sheet(study).size


def test_cells_that_are_not_drawn_leave_an_empty_frame() -> None:
    assert grid.draw(tiny.study(), {}, "Pip").shape[2] == 3


def test_long_words_are_shortened_and_wrapped_to_their_room() -> None:
    text = "pip, " * 60
    assert font(13).getlength(fitted(text, 13, 200)) <= 200
    lines = wrapped(text, 13, 200, 3)
    assert len(lines) == 3
    assert all(font(13).getlength(line) <= 200 for line in lines)
    assert lines[-1].endswith("…")
    assert wrapped("short", 13, 200, 3) == ["short"]

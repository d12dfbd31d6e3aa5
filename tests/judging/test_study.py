from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import Unfit
from castmates.core.events import Event, Moved
from castmates.files import images
from castmates.files.settings import load
from castmates.files.studio import StudyFolder
from castmates.judging.study import DIGEST_KEY, Study, cells, holds, run
from tests.judging import tiny


@pytest.fixture
def folder(tmp_path: Path) -> StudyFolder:
    return StudyFolder(tmp_path / "2026-11-20-a")


def test_a_study_is_drawn_whole_and_frozen(folder: StudyFolder) -> None:
    study, painter = tiny.study(), tiny.FlatPainter()
    events: list[Event] = []
    paths = run(study, painter, folder, events.append)
    assert [path.name for path in paths] == [cell.name for cell in cells(study)]
    assert load(folder.study, Study) == study
    assert [e.done for e in events if isinstance(e, Moved)] == list(range(1, 41))
    for cell, path in zip(cells(study), paths, strict=True):
        dose = cell.epoch * cell.strength
        expected = tiny.picture(dose / 10, cell.prompt == "hat" and dose < 7, cell.seed)
        assert np.array_equal(images.read(path), expected)


def test_pictures_carry_their_shot_and_what_decided_them(folder: StudyFolder) -> None:
    paths = run(tiny.study(), tiny.FlatPainter(), folder)
    texts = images.read_text(paths[-1])
    assert texts["parameters"] == "pip, christmas hat"
    assert len(texts[DIGEST_KEY]) == 64


def test_a_second_call_draws_nothing(folder: StudyFolder) -> None:
    study, again = tiny.study(), tiny.FlatPainter()
    first = run(study, tiny.FlatPainter(), folder)
    before = [path.stat().st_mtime_ns for path in first]
    assert run(study, again, folder) == first
    assert again.asked == []
    assert [path.stat().st_mtime_ns for path in first] == before


def test_a_stopped_study_goes_on_with_the_missing_cells_only(folder: StudyFolder) -> None:
    study = tiny.study()
    with pytest.raises(KeyboardInterrupt):
        run(study, tiny.FlatPainter(stop_after=13), folder)
    assert len(list(folder.cells.glob("*.png"))) == 13
    painter = tiny.FlatPainter()
    run(study, painter, folder, chunk=1)
    assert len(painter.asked) == len(cells(study)) - 13


def test_a_chunk_that_lacks_a_cell_is_drawn_whole(folder: StudyFolder) -> None:
    study = tiny.study()
    paths = run(study, tiny.FlatPainter(), folder, chunk=8)
    paths[3].unlink()
    painter = tiny.FlatPainter()
    run(study, painter, folder, chunk=8)
    first = [cell.shot for cell in cells(study)[:8]]
    assert sorted(painter.asked, key=repr) == sorted(first, key=repr)


def test_broken_and_foreign_cells_are_drawn_anew(folder: StudyFolder) -> None:
    study = tiny.study()
    paths = run(study, tiny.FlatPainter(), folder)
    paths[3].write_bytes(b"torn")
    images.write_png(paths[5], tiny.picture(0.2, False, 9))
    painter = tiny.FlatPainter()
    run(study, painter, folder, chunk=1)
    assert sorted(painter.asked, key=repr) == sorted(
        [cells(study)[3].shot, cells(study)[5].shot], key=repr
    )


def test_another_adapter_file_under_the_same_name_is_drawn_anew(folder: StudyFolder) -> None:
    study = tiny.study()
    run(study, tiny.FlatPainter(), folder)
    trained = study.adapters[0].model_copy(update={"digest": "other"})
    newer = study.model_copy(update={"adapters": (trained, *study.adapters[1:])})
    folder.study.unlink()
    painter = tiny.FlatPainter()
    run(newer, painter, folder, chunk=1)
    assert len(painter.asked) == 3 * 2 * 2
    assert {use.name for shot in painter.asked for use in shot.adapters} == {"pip-000002"}


def test_a_folder_refuses_a_different_study(folder: StudyFolder) -> None:
    run(tiny.study(), tiny.FlatPainter(), folder)
    other = tiny.study(strengths=(0.5,))
    assert holds(folder, tiny.study())
    assert not holds(folder, other)
    with pytest.raises(Unfit, match="another study"):
        run(other, tiny.FlatPainter(), folder)

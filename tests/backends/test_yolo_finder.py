"""YOLO-type files by their shapes: known rows give known boxes and masks in every layout."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.yolo_finder import YoloFinder
from castmates.backends.yolo_rows import Layout, layout_of
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Found
from tests.backends.tiny_finders import write_constant
from tests.backends.tiny_models import plain

ANCHORS = 84
"""Of a 64 x 64 input: 8 x 8, 4 x 4 and 2 x 2 cells."""

NAMES = {"names": "{0: 'person', 1: 'cat'}"}
PICTURE = plain(9, 9, 9, width=128, height=128)


def raw(*rows: tuple[float, ...], masks: int = 0) -> np.ndarray:
    """(84, 4 + 2 + masks): rows of middle x, middle y, width, height, scores, coefficients."""
    table = np.zeros((ANCHORS, 6 + masks))
    table[: len(rows)] = rows
    return table


PEOPLE = raw(
    (16, 32, 20, 40, 0.5, 0.1),
    (16, 33, 20, 40, 0.8, 0.0),  # the same person again, surer
    (16, 32, 20, 40, 0.0, 0.6),  # a cat in the same place
    (48, 32, 10, 10, 0.2, 0.1),  # too unsure
)


def opened(
    folder: Path, *answers: np.ndarray, metadata: dict[str, str] | None = None
) -> YoloFinder:
    """A finder of 64 x 64 pixels with these answers."""
    outputs = {f"output{i}": answer[None] for i, answer in enumerate(answers)}
    file = write_constant(folder / "tiny.onnx", outputs, [1, 3, 64, 64], metadata)
    return YoloFinder(file)


def told(found: list[Found]) -> list[tuple[str, float, tuple[float, ...]]]:
    return [(one.name, round(one.confidence, 3), one.box) for one in found]


WANTED = [("person", 0.8, (12, 26, 52, 106)), ("cat", 0.6, (12, 24, 52, 104))]


@pytest.mark.parametrize("turned", [False, True])
def test_raw_rows_and_columns(tmp_path: Path, turned: bool) -> None:
    finder = opened(tmp_path, PEOPLE if turned else PEOPLE.T, metadata=NAMES)
    found = finder.find([PICTURE, PICTURE])
    assert told(found[0]) == told(found[1]) == WANTED
    assert found[0][0].mask is None
    assert len(finder.find([PICTURE], at_least=0.1)[0]) == 3


def test_finished_rows_are_taken_as_they_are(tmp_path: Path) -> None:
    rows = np.zeros((30, 6))
    rows[0], rows[1] = (6, 12, 26, 52, 0.6, 1), (6, 13, 26, 53, 0.8, 0)
    assert told(opened(tmp_path, rows, metadata=NAMES).find([PICTURE])[0]) == WANTED


def test_a_letterboxed_picture_gets_its_boxes_back(tmp_path: Path) -> None:
    # 256 x 128 becomes 64 x 32, with 16 rows of grey above: the box reaches into the grey.
    finder = opened(tmp_path, raw((32, 24, 20, 24, 0.9, 0)).T, metadata=NAMES)
    (one,) = finder.find([plain(1, 1, 1, width=256, height=128)])[0]
    assert one.box == (88, 0, 168, 80)


@pytest.mark.parametrize("finished", [False, True])
def test_masks_are_made_of_prototypes_and_cut_at_the_box(tmp_path: Path, finished: bool) -> None:
    prototypes = np.full((32, 16, 16), -9.0)
    prototypes[3, :, :8] = 9
    coefficients = [1.0 if i == 3 else 0.0 for i in range(32)]
    answer = raw((32, 32, 32, 32, 0.9, 0.0, *coefficients), masks=32).T
    if finished:
        answer = np.array([[16, 16, 48, 48, 0.9, 0, *coefficients], [0] * 38])
    (one,) = opened(tmp_path, answer, prototypes, metadata=NAMES).find([PICTURE])[0]
    assert one.box == (32, 32, 96, 96)
    wanted = np.zeros((128, 128), bool)
    wanted[32:96, 32:64] = True
    assert one.mask is not None
    assert one.mask.shape == (128, 128)
    assert (one.mask == wanted).mean() > 0.99


def test_classes_can_be_chosen_and_need_no_names(tmp_path: Path) -> None:
    file = opened(tmp_path, PEOPLE.T, metadata=NAMES).file
    assert [one.name for one in YoloFinder(file, ["cat"]).find([PICTURE])[0]] == ["cat"]
    with pytest.raises(BadInput, match=r"no class 'cta'\. Did you mean 'cat'"):
        YoloFinder(file, ["cta"])
    bare = opened(tmp_path / "bare", PEOPLE.T)
    assert [one.name for one in bare.find([PICTURE])[0]] == ["class 0", "class 1"]


def test_open_sizes_and_batches_are_served(tmp_path: Path) -> None:
    columns = PEOPLE.T[None]
    open_ended = write_constant(tmp_path / "a.onnx", {"o": columns}, ["n", 3, 64, 64], NAMES)
    two = write_constant(tmp_path / "b.onnx", {"o": columns.repeat(2, 0)}, [2, 3, 64, 64], NAMES)
    for file in (open_ended, two):
        assert told(YoloFinder(file).find([PICTURE])[0]) == WANTED


def test_two_classes_are_told_from_finished_rows() -> None:
    size = (64, 64)
    assert layout_of((84, 6), size, 2, 0) is Layout.ROWS
    assert layout_of((300, 6), size, 2, 0) is Layout.FINISHED
    assert layout_of((6, 84), size, None, 0) is Layout.COLUMNS
    assert layout_of((84, 8400), (640, 640), 80, 0) is Layout.COLUMNS
    assert layout_of((116, 8400), (640, 640), 80, 32) is Layout.COLUMNS
    assert layout_of((300, 38), (640, 640), 80, 32) is Layout.FINISHED
    # One objectness for three anchors in a place: another, older layout.
    with pytest.raises(Unfit, match="wanted 84 for each anchor"):
        layout_of((25200, 85), (640, 640), 80, 0)


def test_what_is_absent_broken_or_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="no file"):
        YoloFinder(tmp_path / "nowhere.onnx")
    (tmp_path / "broken.onnx").write_bytes(b"no model")
    with pytest.raises(BadInput, match="not a sound ONNX model"):
        YoloFinder(tmp_path / "broken.onnx")
    flat = write_constant(tmp_path / "flat.onnx", {"o": PEOPLE}, [1, 64, 64, 3])
    with pytest.raises(Unfit, match="wanted one input"):
        YoloFinder(flat)
    with pytest.raises(Unfit, match="wanted 7 for each anchor"):
        opened(tmp_path, PEOPLE.T, metadata={"names": "['a', 'b', 'c']"})
    with pytest.raises(Unfit, match="the model answers with"):
        opened(tmp_path, np.zeros((3, 3)), np.zeros((3, 3)), np.zeros((3, 3)))
    with pytest.raises(BadInput, match="cannot be read"):
        opened(tmp_path, PEOPLE.T, metadata={"names": "__import__('os').getcwd()"})
    with pytest.raises(CastmatesError, match="not finite"):
        opened(tmp_path, np.full((6, ANCHORS), np.nan))

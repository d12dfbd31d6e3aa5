"""Our own format: boxes and masks come back in pixels of the picture, nobody twice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.onnx_finder import OnnxFinder
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Finder
from tests.backends.tiny_finders import finder_answers, write_finder
from tests.backends.tiny_models import plain

LEFT, RIGHT = (0.0, 0.25, 0.5, 0.75), (0.5, 0.25, 1.0, 0.75)
PICTURE = plain(9, 9, 9, width=64, height=64)


def test_boxes_and_masks_are_in_pixels_of_the_picture(tmp_path: Path) -> None:
    finder = OnnxFinder(write_finder(tmp_path, finder_answers([(0.6, LEFT), (0.9, RIGHT)])))
    assert isinstance(finder, Finder)
    right, left = finder.find([PICTURE])[0]
    assert (right.confidence, left.confidence) == pytest.approx((0.9, 0.6))
    assert (right.box, left.box) == ((32, 16, 64, 48), (0, 16, 32, 48))
    assert right.name == "character"
    wanted = np.zeros((64, 64), bool)
    wanted[16:48, 32:] = True
    assert right.mask is not None
    assert left.mask is not None
    assert (right.mask == wanted).mean() > 0.99
    assert not (right.mask & left.mask).any()


def test_a_wide_picture_lies_in_the_middle_of_its_square(tmp_path: Path) -> None:
    finder = OnnxFinder(write_finder(tmp_path, finder_answers([(0.9, LEFT)])))
    (one,) = finder.find([plain(9, 9, 9, width=64, height=32)])[0]
    assert one.box == (0, 0, 32, 32)
    assert one.mask is not None
    assert one.mask.shape == (32, 64)
    assert one.mask[:, :31].all()
    assert not one.mask[:, 33:].any()


def test_nobody_is_found_twice_and_nobody_without_a_pixel(tmp_path: Path) -> None:
    nearly = (0.05, 0.0, 0.55, 0.8)
    answers = finder_answers([(0.9, LEFT), (0.7, nearly)])
    answers["prototypes"][0, 1] = answers["prototypes"][0, 0]
    finder = OnnxFinder(write_finder(tmp_path / "twice", answers))
    assert [one.confidence for one in finder.find([PICTURE])[0]] == pytest.approx([0.9])
    answers = finder_answers([(0.9, LEFT)])
    answers["prototypes"][:] = -20
    assert OnnxFinder(write_finder(tmp_path / "bare", answers)).find([PICTURE]) == [[]]


def test_the_threshold_is_the_cards_unless_told(tmp_path: Path) -> None:
    folder = write_finder(tmp_path, finder_answers([(0.9, LEFT), (0.4, RIGHT)]))
    assert len(OnnxFinder(folder).find([PICTURE])[0]) == 2
    (folder / "card.toml").write_text('name = "tiny"\nthreshold = 0.5\n')
    finder = OnnxFinder(folder)
    assert (finder.name, len(finder.find([PICTURE])[0])) == ("tiny", 1)
    assert len(finder.find([PICTURE], at_least=0.1)[0]) == 2
    assert finder.find([PICTURE], at_least=0.95) == [[]]
    assert finder.find([]) == []


def test_what_is_absent_broken_or_does_not_fit_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"model\.onnx"):
        OnnxFinder(tmp_path)
    (tmp_path / "model.onnx").write_bytes(b"no model")
    with pytest.raises(BadInput, match="not a sound ONNX model"):
        OnnxFinder(tmp_path)
    answers = finder_answers([(0.9, LEFT)])
    heat = {"heat": answers["heat"]}
    with pytest.raises(Unfit, match="says heat; wanted heat, boxes"):
        OnnxFinder(write_finder(tmp_path / "less", heat))
    more = answers | {"coefficients": np.zeros((1, 3, 8, 8))}
    with pytest.raises(Unfit, match="have the shapes"):
        OnnxFinder(write_finder(tmp_path / "odd", more))
    bad = answers | {"heat": np.full((1, 8, 8), np.nan)}
    with pytest.raises(CastmatesError, match="not finite"):
        OnnxFinder(write_finder(tmp_path / "nan", bad))

"""The shelf opens finders by name and path, and says what is wrong with a name."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.backends.finders import FINDERS, open_finder
from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Finder
from tests.backends.tiny_finders import finder_answers, write_constant, write_finder
from tests.backends.tiny_models import plain


def test_a_finder_is_opened_by_its_folder_or_file(tmp_path: Path) -> None:
    write_finder(tmp_path / "mine", finder_answers([(0.9, (0.25, 0.25, 0.75, 0.75))]))
    finder = open_finder(f"onnx:{tmp_path / 'mine'}")
    assert isinstance(finder, Finder)
    assert [len(found) for found in finder.find([plain(1, 2, 3), plain(3, 2, 1)])] == [1, 1]
    empty = np.zeros((1, 5, 84))
    write_constant(tmp_path / "other.onnx", {"output0": empty}, [1, 3, 64, 64])
    yolo = open_finder(f"yolo:{tmp_path / 'other.onnx'}")
    assert isinstance(yolo, Finder)
    assert yolo.find([plain(1, 2, 3)]) == [[]]


def test_a_wrong_name_is_told_with_the_way_out(tmp_path: Path) -> None:
    assert set(FINDERS) >= {"storybook", "onnx", "yolo"}
    with pytest.raises(BadInput, match="Did you mean 'storybook'"):
        open_finder("storybok")
    with pytest.raises(BadInput, match=r"wants a path\. Write yolo:models"):
        open_finder("yolo")
    with pytest.raises(BadInput, match="takes no path"):
        open_finder(f"storybook:{tmp_path}")
    with pytest.raises(Missing, match="no model folder"):
        open_finder(f"onnx:{tmp_path / 'nowhere'}")
    with pytest.raises(Missing, match="no file"):
        open_finder(f"yolo:{tmp_path / 'nowhere.onnx'}")

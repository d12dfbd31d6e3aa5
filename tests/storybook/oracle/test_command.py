"""The door: sheets of a folder, and errors that say what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from storybook.oracle.__main__ import command_line, run
from storybook.oracle.labelling import read_labels


def test_every_verb_has_defaults() -> None:
    options = command_line().parse_args(["train", "reader", "--minutes", "3"])
    assert (options.network, options.minutes, options.steps) == ("reader", 3.0, None)
    assert command_line().parse_args(["measure"]).pictures == 500


def test_a_sheet_of_a_folder_waits_for_labels(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, out = tmp_path / "drawn", tmp_path / "labels"
    folder.mkdir()
    for i in range(3):
        Image.fromarray(np.full((128, 128, 3), 80 * i, np.uint8)).save(folder / f"{i}.png")
    monkeypatch.setattr("sys.argv", ["oracle", "sheet", str(out), "--folder", str(folder)])
    run()
    assert "sheet-001.png (1 to 3)" in capsys.readouterr().out
    labels = read_labels(out)
    assert [int(label.pixels[0, 0, 0]) for label in labels] == [0, 80, 160]


def test_without_weights_it_says_how_to_get_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["oracle", "labels", "--weights", str(tmp_path)])
    with pytest.raises(SystemExit) as left:
        run()
    assert left.value.code == 3
    assert "train where" in capsys.readouterr().err

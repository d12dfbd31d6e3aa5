"""The command line: contact sheets on disk."""

from pathlib import Path

import pytest
from PIL import Image

from storybook.world.__main__ import main


def _run(monkeypatch: pytest.MonkeyPatch, *words: object) -> None:
    monkeypatch.setattr("sys.argv", ["storybook.world", *(str(word) for word in words)])
    main()


def test_a_sheet_of_seeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "sheet.png"
    _run(monkeypatch, "sheet", out, "--seeds", "2:8", "--size", 32, "--columns", 4)
    with Image.open(out) as picture:
        assert picture.size == (128, 64)


def test_a_sheet_of_a_cast(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out = tmp_path / "sheet.png"
    _run(monkeypatch, "sheet", out, "--cast", "example", "--size", 32, "--columns", 4, "--wide")
    with Image.open(out) as picture:
        assert picture.size == (128, 96)


@pytest.mark.parametrize("seeds", ["5", "8:2", "a:b"])
def test_wrong_seeds_are_told(
    seeds: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _run(monkeypatch, "sheet", "x.png", "--seeds", seeds)
    assert "wanted from:to" in capsys.readouterr().err

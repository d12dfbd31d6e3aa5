"""`castmates compare` from outside: axes, what does not fit, one JSON object."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files.studio import Studio
from tests.cli.conftest import Run


@pytest.fixture
def house(tmp_path: Path) -> Path:
    studio = Studio.init(tmp_path / "s")
    studio.add_character(Character(name="pip", trigger="pip", class_word="girl"))
    return studio.path


def test_help_shows_axes_and_an_example(castmates: Run) -> None:
    said = castmates("compare", "--help").stdout
    for part in ("--x", "--w", "--prompt", "--strengths", "Axes of your own", "Example:"):
        assert part in said


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--x", "epohc: 1-3"], 2, "Did you mean 'epoch'"),
        (["--x", "steps: 9-1", "--y", "seed: 1.5"], 2, "2 things do not fit"),
        (["--x", "steps: 1", "--strengths", "0.5"], 2, "belong to the chooser's grid"),
        (["--prompt", "pip"], 2, "There is no axis"),
        (["--seed", "3"], 2, "There is no axis"),
        (["--x", "epoch"], 3, "castmates train pip"),
    ],
)
def test_what_does_not_fit_is_said_without_a_traceback(
    castmates: Run, house: Path, words: list[str], code: int, says: str
) -> None:
    done = castmates("compare", "pip", "--studio", house, *words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_plot_of_the_base_alone_as_json(castmates: Run, house: Path) -> None:
    words = ["--x", "steps: 1-2", "--y", "seed: 7", "--strength", "none", "--size", "64"]
    words += ["--studio", str(house), "--no-scores", "--json"]
    done = castmates("compare", "pip", *words)
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    assert (said["drawn"], said["kept"]) == (2, 0)
    assert [cell["at"] for cell in said["cells"]] == [
        {"steps": "1", "seed": "7"},
        {"steps": "2", "seed": "7"},
    ]
    for path in (said["grid"], said["page"], *(cell["picture"] for cell in said["cells"])):
        assert (house.parent / path).is_file()
    again = json.loads(castmates("compare", "pip", *words).stdout)
    assert (again["drawn"], again["digest"]) == (0, said["digest"])

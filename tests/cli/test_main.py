"""The terminal door: help, misspelt verbs, exit codes, JSON; no traceback on bad input."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from castmates import __version__
from castmates.cli.main import VERBS
from tests.cli.conftest import Run


def test_help_lists_every_verb(castmates: Run) -> None:
    done = castmates("--help")
    assert done.returncode == 0
    assert all(verb in done.stdout for verb in VERBS)


def test_help_loads_no_torch() -> None:
    code = (
        "import sys; from castmates.cli.main import app; from typer.testing import CliRunner; "
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0; "
        "sys.exit(bool({'torch', 'diffusers', 'transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_every_verb_has_help_with_an_example_and_json(verb: str, castmates: Run) -> None:
    done = castmates(verb, "--help")
    assert done.returncode == 0
    assert f"Example: castmates {verb}" in " ".join(done.stdout.split())
    assert "--json" in done.stdout


def test_the_version_is_said(castmates: Run) -> None:
    assert castmates("--version").stdout.strip() == f"castmates {__version__}"


def test_a_misspelt_verb_meets_the_nearest(castmates: Run) -> None:
    done = castmates("chek")
    assert done.returncode == 2
    assert "Did you mean 'check'?" in done.stderr


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("check", "pip"), 3, "castmates init"),
        (("new", "pip", "nowhere"), 3, "castmates init"),
        (("inspect", "gone.safetensors"), 3, "There is no file"),
        (("make", "nowhere"), 3, "nowhere"),
        (("make", "nowhere", "--journey", "ful"), 2, "Did you mean 'full'?"),
    ],
)
def test_bad_input_is_one_sentence_and_the_way_out(
    words: tuple[str, ...], code: int, told: str, castmates: Run
) -> None:
    done = castmates(*words)
    assert told in done.stdout + done.stderr
    assert done.returncode == code
    assert "Traceback" not in done.stderr


def test_an_error_is_json_when_asked(castmates: Run) -> None:
    done = castmates("inspect", "gone.safetensors", "--json")
    assert done.returncode == 3
    assert json.loads(done.stdout)["error"] == "Missing"


def test_init_makes_a_studio_and_is_glad_of_one(castmates: Run, tmp_path: Path) -> None:
    first = castmates("init", "my-studio")
    again = castmates("init", "my-studio", "--json")
    assert (first.returncode, again.returncode) == (0, 0)
    assert (tmp_path / "my-studio" / "studio.toml").is_file()
    assert json.loads(again.stdout)["studio"].endswith("my-studio")


def test_a_folder_without_pictures_is_refused(castmates: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    castmates("init", "s")
    done = castmates("new", "pip", "empty", "--studio", "s")
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "picture" in done.stderr


def test_doctor_says_how_things_stand(castmates: Run) -> None:
    done = castmates("doctor", "--json")
    assert done.returncode == 0
    found = {f["name"]: f for f in json.loads(done.stdout)["findings"]}
    assert found["python"]["level"] == "good"
    assert found["torch"]["level"] == "good"

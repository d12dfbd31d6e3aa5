"""The door of many prompts: bad orders are one sentence and open nothing, results are said."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files.studio import Studio
from tests.cli.conftest import Run


@pytest.fixture
def here(castmates: Run, tmp_path: Path) -> Run:
    studio = Studio.init(tmp_path / "s")
    studio.add_character(Character(name="pip", trigger="pip", class_word="girl"))
    (tmp_path / "broken.csv").write_text('name,prompt\nOil,"never\n', encoding="utf-8")
    (tmp_path / "styles.csv").write_text('name,prompt\nNoir,"noir, {prompt}"\n', encoding="utf-8")
    (tmp_path / "bad.txt").write_text("a fox --w 64\nb --zz 3\n", encoding="utf-8")
    return castmates


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("draw", "{pip}", "--style", "watercolur"), "Did you mean 'watercolour'?"),
        (("draw", "{pip}", "--best", "--count", "1"), "There is no best of one picture."),
        (("draw", "{pip}", "--sheet", "pose"), "There is no sheet 'pose'. Did you mean 'poses'?"),
        (("draw", "{who}", "--cast", "pib"), "Did you mean 'pip'?"),
        (("draw", "a fox", "--cast", "pip"), "does not say where the cast goes"),
        (("draw", "--prompts", "bad.txt"), "bad.txt, line 2: there is no option '--zz'"),
        (("draw", "--from", "x.png", "--style", "ink"), "--style does not go with it"),
        (("draw", "{who}", "--cast", "all", "--parse"), "--cast does not go with it"),
        (("styles", "import", "broken.csv"), "broken.csv, line 2: a double quote is never closed"),
        (("styles", "imprt"), "Did you mean 'import'?"),
    ],
)
def test_bad_orders_are_sentences(here: Run, words: tuple[str, ...], says: str) -> None:
    studio = () if words == ("styles", "imprt") else ("--studio", "s")
    done = here(*words, *studio)
    assert done.returncode == 2
    assert says in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert not list(Path("s/drawings").iterdir())


def test_nothing_opens_for_a_bad_order(here: Run, tmp_path: Path) -> None:
    code = (
        "import sys; from castmates.cli.main import app; from typer.testing import CliRunner; "
        "said = CliRunner().invoke(app, ['draw', '{who}', '--cast', 'pib', '-s', 's']); "
        "assert said.exit_code == 2, said.output; "
        "sys.exit('onnxruntime' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_styles_are_listed_and_imported(here: Run) -> None:
    assert "watercolour" in here("draw", "--styles").stdout
    made = here("styles", "import", "styles.csv", "--studio", "s")
    assert made.returncode == 0
    assert "1 new: " in made.stdout
    listed = json.loads(here("styles", "list", "--studio", "s", "--json").stdout)["styles"]
    assert (listed[0]["name"], listed[0]["own"]) == ("Noir", True)
    assert "noir, {prompt}  (yours)" in here("draw", "--styles", "--studio", "s").stdout


@pytest.mark.slow
def test_a_cast_is_told_member_by_member(here: Run) -> None:
    done = here("draw", "{who}, beach", "--cast", "pip", "--steps", "2", "-s", "s", "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert data["members"] == {"pip": data["pictures"]}
    assert data["places"][0]["prompt"] == "{who}, beach"
    assert [Path(sheet).name for sheet in data["sheets"]] == ["00001-sheet.png"]

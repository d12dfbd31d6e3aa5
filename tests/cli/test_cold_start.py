"""What `draw` and `train` load before their first picture and step: nothing that others need."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from castmates.core.types import Character
from castmates.files.studio import Studio
from castmates.pictures.bring import bring

PIP = Path(__file__).parents[2] / "examples" / "pip"
UNUSED = {
    *("castmates.books", "castmates.scenes", "castmates.judging.scores", "castmates.judging.plots"),
    *("onnxruntime", "torchvision", "scipy", "sklearn", "pandas", "matplotlib", "skia", "typst"),
    *("diffusers.pipelines", "transformers.pipelines", "transformers.trainer"),
}
ASKED = """
import atexit, gc, json, sys
from castmates.cli.main import run

def told():
    found = {"loaded": sorted(sys.modules), "frozen": gc.get_freeze_count()}
    print(json.dumps(found | {"every": gc.get_threshold()[0]}))

atexit.register(told)
run()
"""


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    made = Studio.init(tmp_path / "studio")
    folder = made.add_character(Character(name="pip", trigger="pip"))
    bring(folder, sorted(PIP.glob("*.png"))[:3])
    for entry in folder.pictures():
        entry.path.with_suffix(".txt").write_text("pip, 1girl, smile", "utf-8")
    return made


@pytest.mark.parametrize(
    ("words", "unused"),
    [
        (("draw", "1girl", "-n", "1", "--steps", "1"), {"castmates.training", "castmates.judging"}),
        pytest.param(
            ("train", "pip", "--set", "length=1 steps"), set[str](), marks=pytest.mark.slow
        ),
    ],
)
def test_a_verb_loads_what_it_needs(
    words: tuple[str, ...], unused: set[str], studio: Studio
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", ASKED, *words, "--studio", str(studio.path)],
        check=True,
        capture_output=True,
        text=True,
    )
    told = json.loads(done.stdout.splitlines()[-1])
    assert "torch" in told["loaded"]
    assert not (UNUSED | unused) & set(told["loaded"])
    # Else the half million objects of the libraries are looked through at the end once more.
    assert told["frozen"] > 100_000
    assert told["every"] >= 10_000

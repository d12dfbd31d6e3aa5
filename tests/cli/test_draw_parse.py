"""`draw --parse` shows a plan, loads no model and refuses no prompt."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.cli.conftest import Run


def test_a_plan_is_shown_as_json(castmates: Run) -> None:
    done = castmates("draw", "a (girl:1.3) [cat:fox:0.5]", "--steps", "35", "--parse", "--json")
    assert done.returncode == 0
    data = json.loads(done.stdout)
    assert [(s["from"], s["to"]) for s in data["steps"]] == [(1, 17), (18, 35)]
    chunks = [["a ", 1.0], ["girl", 1.3], [" fox", 1.0]]
    assert data["steps"][1]["conditions"] == [{"weight": 1.0, "chunks": [chunks]}]
    assert data["adapters"] == []
    assert data["problems"] == []


def test_nothing_heavy_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from castmates.cli.main import app; from typer.testing import CliRunner; "
        "said = CliRunner().invoke(app, ['draw', 'girl', '--parse', '--json']); "
        "assert said.exit_code == 0, said.output; "
        "sys.exit(bool({'torch', 'diffusers', 'transformers', 'onnxruntime'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False)
    assert done.returncode == 0


def test_a_hostile_prompt_is_answered(castmates: Run) -> None:
    done = castmates("draw", "(" * 100_000, "--parse", "--json")
    assert done.returncode == 0
    assert "not closed" in json.loads(done.stdout)["problems"][0]["what"]


def test_bad_options_are_sentences(castmates: Run) -> None:
    odd = castmates("draw", "girl", "--parse", "--emphasis", "comfi")
    assert odd.returncode == 2
    assert "Did you mean 'comfy'?" in odd.stderr
    gone = castmates("draw", "girl", "--parse", "--studio", "nowhere")
    assert gone.returncode == 3


def test_a_sampler_of_two_calls_has_twice_the_steps(castmates: Run) -> None:
    words = ["draw", "[cat:fox:0.5]", "--steps", "10", "--parse", "--json"]
    once = json.loads(castmates(*words).stdout)
    twice = json.loads(castmates(*words, "--sampler", "DPM++ SDE Karras").stdout)
    assert [s["to"] for s in once["steps"]] == [5, 10]
    assert [s["to"] for s in twice["steps"]] == [10, 20]


def test_draw_wants_words_or_a_picture(castmates: Run) -> None:
    castmates("init", "s")
    none = castmates("draw", "--studio", "s")
    assert none.returncode == 2
    assert "no words" in none.stderr
    both = castmates("draw", "girl", "--from", "a.png", "--studio", "s")
    assert both.returncode == 2
    assert "--from" in both.stderr
    gone = castmates("draw", "--from", "a.png", "--studio", "s", "--json")
    assert gone.returncode == 3
    assert json.loads(gone.stdout)["error"] == "Missing"
    odd = castmates("draw", "girl", "--rng", "gpu", "--studio", "s")
    assert odd.returncode == 2

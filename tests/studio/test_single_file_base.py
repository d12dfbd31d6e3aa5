"""A checkpoint in one file as a base: a character learns on it and is drawn, A1111 knows it."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest
from safetensors.torch import save_file
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.core.types import Character
from castmates.families.sd15.tiny import tiny
from castmates.files import images
from castmates.files.studio import Studio
from castmates.files.tensors import read_header
from castmates.studio.tokens import counter_of
from tests.families.in_one_file import in_one
from tests.pictures.drawn import picture

QUICK = ("length=2 steps", "batch=1", "size=64", "rank=2")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkpoint, and its vocabulary in a folder that is known to the studio only."""
    monkeypatch.setenv("HF_HOME", str(tmp_path / "nowhere"))
    folder = tiny(tmp_path / "sd", usual=True)
    (tmp_path / "a" / "b" / "c" / "d" / "e").mkdir(parents=True)
    path = tmp_path / "a" / "b" / "c" / "d" / "e" / "mine.safetensors"
    save_file(in_one(folder), path)
    path.with_suffix(".toml").write_text("native_size = 64\nsteps = 2\n")
    shutil.move(folder / "tokenizer", tmp_path / "comfy" / "sd1_tokenizer")
    shutil.rmtree(folder)
    return path


@pytest.fixture
def house(tmp_path: Path) -> Studio:
    studio = Studio.init(tmp_path / "studio")
    folder = studio.add_character(Character(name="pip", trigger="pip"))
    folder.pictures_dir.mkdir(exist_ok=True)
    for number in (1, 2):
        picture(number).save(folder.picture_path(number))
        folder.write_caption(number, f"pip, look {number}")
    return studio


def run(*words: str) -> str:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result.stdout


def test_a_character_learns_on_a_file_and_is_drawn(
    file: Path, house: Studio, tmp_path: Path
) -> None:
    at = ("--studio", str(house.path), "--base", str(file))
    sets = [word for text in QUICK for word in ("--set", text)]
    refused = CliRunner().invoke(app, ["train", "pip", *at, *sets])
    assert refused.exit_code == 2
    assert "vocab.json and merges.txt" in " ".join(refused.output.split())
    run("models", "add", str(tmp_path / "comfy"), "--studio", str(house.path))
    run("train", "pip", *at, *sets)
    [adapter] = house.path.glob("cast/pip/runs/*/pip.safetensors")
    assert read_header(adapter).metadata["ss_sd_model_name"] == "mine"
    made = json.loads(run("draw", "a fox", "-n", "1", "--size", "64", *at, "--json"))
    texts = images.read_text(Path(made["pictures"][0]))
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert f"Model hash: {digest[:10]}, Model: mine" in texts["parameters"]
    shown = run("models", "show", str(file), "--studio", str(house.path))
    assert digest[:10] in shown


def test_tokens_are_counted_for_files(file: Path, tmp_path: Path) -> None:
    assert counter_of(file) is None
    shutil.move(tmp_path / "comfy" / "sd1_tokenizer", file.parent / "tokenizer")
    count = counter_of(file)
    assert count is not None
    assert count("a fox") == 6

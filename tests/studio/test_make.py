"""The whole journey in short form, by the command line, on an example character."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from castmates.files.images import read_text
from castmates.files.tensors import tensor_hash

pytestmark = pytest.mark.slow

PIP = Path(__file__).parents[2] / "examples" / "pip"
COMMAND = [sys.executable, "-c", "from castmates.cli.main import run; run()"]


@pytest.fixture(scope="module")
def album(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten of Pip's pictures, and a file that is no picture."""
    folder = tmp_path_factory.mktemp("album") / "pip"
    folder.mkdir()
    for picture in sorted(PIP.glob("*.png"))[:10]:
        shutil.copy(picture, folder)
    (folder / "broken.png").write_bytes(b"not a picture")
    return folder


def words(album: Path, studio: Path) -> list[str]:
    journey = ["--studio", str(studio), "--journey", "short", "--json"]
    return [*COMMAND, "make", str(album), *journey]


@pytest.fixture(scope="module")
def made(album: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, object]]:
    """A finished short journey: its studio, and what it said."""
    studio = tmp_path_factory.mktemp("house") / "studio"
    done = subprocess.run(words(album, studio), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return studio, json.loads(done.stdout)


def test_everything_is_where_the_readme_says(made: tuple[Path, dict[str, object]]) -> None:
    studio, said = made
    pip = studio / "cast" / "pip"
    assert len(list((pip / "pictures").glob("*.png"))) == 10
    captions = [p.read_text("utf-8") for p in sorted((pip / "pictures").glob("*.txt"))]
    assert len(captions) == 10
    assert all(caption.startswith("pip, ") for caption in captions)
    assert (pip / "pip.safetensors").is_file()
    report = Path(str(said["report"]))
    assert report.is_file()
    study = report.parent
    assert (study / "grid.png").is_file()
    assert (study / "choice.toml").is_file()
    assert len(list((study / "pictures").glob("*.png"))) == 4


def test_the_report_asks_for_nothing_from_outside(made: tuple[Path, dict[str, object]]) -> None:
    page = Path(str(made[1]["report"])).read_text("utf-8")
    assert 'src="http' not in page
    assert 'href="http' not in page
    assert "data:image/" in page


def test_a_drawn_picture_carries_its_shot(made: tuple[Path, dict[str, object]]) -> None:
    picture = next((Path(str(made[1]["report"])).parent / "pictures").glob("*.png"))
    assert "<lora:pip:" in read_text(picture)["parameters"]


def test_the_same_command_again_is_quick_and_says_the_same(
    made: tuple[Path, dict[str, object]], album: Path
) -> None:
    studio, said = made
    again = subprocess.run(words(album, studio), capture_output=True, text=True, check=True)
    assert json.loads(again.stdout)["choice"] == said["choice"]


def test_the_single_verbs_go_on_from_there(made: tuple[Path, dict[str, object]]) -> None:
    studio, _ = made
    for verb in (
        ["check", "pip"],
        ["choose", "pip"],
        ["train", "pip", "--plan"],
        ["draw", "{pip}, crown, castle, smile", "-n", "2"],
    ):
        line = [*COMMAND, *verb, "--studio", str(studio)]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
    assert len(list((studio / "drawings").glob("*.png"))) == 2


def test_inspect_reads_the_chosen_adapter(made: tuple[Path, dict[str, object]]) -> None:
    adapter = made[0] / "cast" / "pip" / "pip.safetensors"
    done = subprocess.run(
        [*COMMAND, "inspect", str(adapter), "--json"], capture_output=True, text=True, check=True
    )
    card = json.loads(done.stdout)
    assert (card["family"], card["rank"]) == ("sd15", 16)


def test_killed_in_training_it_goes_on_to_the_same_adapter(
    made: tuple[Path, dict[str, object]], album: Path, tmp_path: Path
) -> None:
    studio = tmp_path / "studio"
    with subprocess.Popen(
        words(album, studio), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as running:
        _wait_for(studio, "runs/*/pip-000001.safetensors", running)
        os.kill(running.pid, signal.SIGKILL)
    resumed = subprocess.run(words(album, studio), capture_output=True, text=True, check=False)
    assert resumed.returncode == 0, resumed.stdout + resumed.stderr
    assert json.loads(resumed.stdout)["choice"] == made[1]["choice"]
    here, there = (s / "cast" / "pip" / "pip.safetensors" for s in (studio, made[0]))
    assert tensor_hash(here) == tensor_hash(there)


def test_ctrl_c_in_training_says_how_to_go_on(album: Path, tmp_path: Path) -> None:
    studio = tmp_path / "studio"
    with subprocess.Popen(
        words(album, studio), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as running:
        _wait_for(studio, "runs/*/pip-000001.safetensors", running)
        running.send_signal(signal.SIGINT)
        said, _ = running.communicate(timeout=120)
    assert running.returncode == 130
    assert "same command" in json.loads(said)["fix"]


def _wait_for(studio: Path, pattern: str, running: subprocess.Popen[Any]) -> None:
    until = time.monotonic() + 300
    while time.monotonic() < until:
        if list((studio / "cast" / "pip").glob(pattern)):
            return
        assert running.poll() is None, "the journey ended before it could be killed"
        time.sleep(0.05)
    raise AssertionError(f"{pattern} did not appear")

"""Killed hard in the middle and begun again: the same files."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from castmates.families.base import Base
from castmates.files import settings
from castmates.files.runs import RunFolder
from castmates.files.tensors import tensor_hash
from castmates.training.loop import train
from castmates.training.recipe import Recipe
from tests.training.conftest import PIP, Whole

NewRun = Callable[[str], RunFolder]

CHILD = """
import os, signal, sys
from pathlib import Path
from castmates.families.shelf import open_base
from castmates.files import settings
from castmates.files.runs import RunFolder
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe
from tests.training.conftest import PIP

base, recipe, run, pictures, when = sys.argv[1:]
pngs = sorted(Path(pictures).glob("*.png"))
items = [Item.read(png, png.with_suffix(".txt").read_text()) for png in pngs]
states, rename = 0, os.replace

def kill(): os.kill(os.getpid(), signal.SIGKILL)

def counting(source, target):
    global states
    states += Path(target).name == "training.safetensors"
    if when == "writing" and states == 2: kill()
    rename(source, target)

def tell(event):
    trained = event.type == "moved" and event.what == "training"
    if when == "step" and trained and event.done == 5: kill()

os.replace = counting
train(open_base(base), items, settings.load(Path(recipe), Recipe), RunFolder(Path(run)), PIP, tell)
"""


@pytest.mark.slow
@pytest.mark.parametrize("when", ["step", "writing"])
def test_a_killed_run_goes_on_to_the_same_adapter(
    when: str, base: Base, whole: Whole, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    for item in whole.items:
        item.path.with_suffix(".txt").write_text(item.caption)
    killed = new_run("killed")
    settings.save(tmp_path / "recipe.toml", recipe)
    places = (base.path, tmp_path / "recipe.toml", killed.path, whole.items[0].path.parent)
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, places), when],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not (killed.path / "pip.safetensors").exists()
    paths = train(base, whole.items, recipe, killed, PIP)
    assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in whole.paths]

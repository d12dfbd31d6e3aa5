"""Killed hard in the middle and begun again: the same files."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable

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
import os, random, signal, sys, threading, time
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
    if when.isdigit() and trained:
        chance, now = random.Random(int(when)), time.perf_counter()
        step = now - began[-1]
        began.append(now)
        if event.done == chance.randrange(1, 6):
            threading.Timer(chance.random() * step, kill).start()

began = [time.perf_counter()]
os.replace = counting
train(open_base(base), items, settings.load(Path(recipe), Recipe), RunFolder(Path(run)), PIP, tell)
"""


def killed_at(when: str, whole: Whole, recipe: Recipe, base: Base, run: RunFolder) -> None:
    """Train in a process of its own that kills itself with no chance to clean up."""
    for item in whole.items:
        item.path.with_suffix(".txt").write_text(item.caption)
    written = run.path.with_suffix(".toml")
    settings.save(written, recipe)
    places = (base.path, written, run.path, whole.items[0].path.parent)
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, *map(str, places), when],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    assert not (run.path / "pip.safetensors").exists()


@pytest.mark.slow
@pytest.mark.parametrize("when", ["step", "writing"])
def test_a_killed_run_goes_on_to_the_same_adapter(
    when: str, base: Base, whole: Whole, recipe: Recipe, new_run: NewRun
) -> None:
    killed = new_run("killed")
    killed_at(when, whole, recipe, base, killed)
    paths = train(base, whole.items, recipe, killed, PIP)
    assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in whole.paths]


@pytest.mark.slow
def test_twenty_runs_killed_at_random_moments_end_in_the_same_adapter(
    base: Base, whole: Whole, recipe: Recipe, new_run: NewRun
) -> None:
    """Somewhere within a random step: in its forward, its backward, or while files are written."""
    for seed in range(20):
        killed = new_run(f"killed-{seed}")
        killed_at(str(seed), whole, recipe, base, killed)
        paths = train(base, whole.items, recipe, killed, PIP)
        assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in whole.paths], seed

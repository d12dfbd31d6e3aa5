"""Killed hard in the middle and begun again: each member goes on from its own state."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from castmates.families.base import Base
from castmates.files import settings
from castmates.files.runs import RunFolder
from castmates.training import state
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe, changed
from castmates.training.side_by_side.cast import Member, train_cast
from tests.training.conftest import PIP, drawn

CHILD = """
import os, signal, sys
from pathlib import Path
from castmates.families.shelf import open_base
from castmates.files import settings
from castmates.files.runs import RunFolder
from castmates.training.data import Item
from castmates.training.recipe import Recipe
from castmates.training.side_by_side.cast import Member, train_cast
from tests.training.conftest import PIP

base, place, when = sys.argv[1:]
pngs = sorted(Path(place, "pictures").glob("*.png"))
items = tuple(Item.read(png, png.with_suffix(".txt").read_text()) for png in pngs)
states, rename = 0, os.replace

def kill(): os.kill(os.getpid(), signal.SIGKILL)

def counting(source, target):
    global states
    states += Path(target).name == "training.safetensors"
    if when == "writing" and states == 3: kill()
    rename(source, target)

def tell(event):
    trained = event.type == "moved" and event.what == "training"
    if when == "step" and trained and event.done == 5: kill()

os.replace = counting
members = []
for n in (0, 1):
    recipe = settings.load(Path(place, f"recipe{n}.toml"), Recipe)
    members.append(Member(f"{n}", items, recipe, RunFolder(Path(place, f"run{n}")), PIP, tell))
train_cast(open_base(base), members)
"""


@pytest.mark.slow
@pytest.mark.parametrize("when", ["step", "writing"])
def test_a_killed_cast_goes_on_each_from_its_own_state(
    when: str, base: Base, recipe: Recipe, tmp_path: Path
) -> None:
    items: list[Item] = drawn(tmp_path / "pictures", 4)
    for item in items:
        item.path.with_suffix(".txt").write_text(item.caption)
    plain = {"optimizer": "sgd", "unet_rate": 0.5, "text_rate": 0.5, "precision": "fp32"}
    members = []
    for n, change in enumerate(({}, {"rank": 4, "batch": 1, "length": "7 steps"})):
        mine = changed(recipe, {**plain, **change})
        settings.save(tmp_path / f"recipe{n}.toml", mine)
        run = RunFolder(tmp_path / f"run{n}")
        run.path.mkdir()
        members.append(Member(f"{n}", tuple(items), mine, run, PIP))
    ended = subprocess.run(
        [sys.executable, "-c", CHILD, str(base.path), str(tmp_path), when],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr
    train_cast(base, members)
    for n, one in enumerate(members):
        alone = RunFolder(tmp_path / f"alone{n}")
        alone.path.mkdir()
        train(base, items, one.recipe, alone, PIP)
        kept, other = state.found(one.run.state), state.found(alone.state)
        assert kept is not None
        assert other is not None
        assert kept.step == other.step
        for name, factor in other.factors.items():
            far = (kept.factors[name] - factor).abs().max()
            assert far < 1e-4 * factor.abs().max().clamp(min=1e-6), name
        assert torch.isfinite(torch.cat([f.flatten() for f in kept.factors.values()])).all()

"""A tiny base with random weights, a few pictures, and an empty run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from castmates.core.events import Event
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe


@dataclass(frozen=True)
class Whole:
    """A run that nobody stopped."""

    run: RunFolder
    items: list[Item]
    paths: list[Path]
    told: list[Event]


PIP = Character(name="pip", trigger="pip", class_word="fox")


@pytest.fixture(scope="session")
def base(tmp_path_factory: pytest.TempPathFactory) -> Base:
    folder = tmp_path_factory.mktemp("bases") / "tiny"
    tiny(folder, prediction="v_prediction", zero_snr=True)
    return open_base(folder)


def drawn(folder: Path, count: int, seed: int = 0) -> list[Item]:
    """Pictures of flat patches, each with its own caption."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = np.random.default_rng(seed)
    items = []
    for number in range(1, count + 1):
        path = folder / f"{number:04d}.png"
        patches = chance.integers(0, 256, (4, 4, 3), dtype=np.uint8)
        images.write_png(path, patches.repeat(16, axis=0).repeat(16, axis=1))
        items.append(Item.read(path, f"pip, 1fox, solo, look {number}, forest"))
    return items


@pytest.fixture
def items(tmp_path: Path) -> list[Item]:
    return drawn(tmp_path / "pictures", 4)


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[[str], RunFolder]:
    def make(name: str) -> RunFolder:
        path = tmp_path / "runs" / name
        path.mkdir(parents=True, exist_ok=True)
        return RunFolder(path)

    return make


@pytest.fixture(scope="session")
def recipe() -> Recipe:
    """Three epochs of two steps, all the kinds of chance switched on."""
    return Recipe.model_validate(
        {
            "rank": 2,
            "alpha": 2,
            "conv_rank": 2,
            "unet_rate": 5e-3,
            "text_rate": 1e-3,
            "length": "3 epochs",
            "batch": 2,
            "size": "64",
            "warmup": "2 steps",
            "flip": True,
            "caption_dropout": 0.2,
            "tag_dropout": 0.2,
            "seed": 3,
        }
    )


@pytest.fixture(scope="session")
def whole(base: Base, recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    pictures, told = drawn(folder / "pictures", 4), list[Event]()
    (folder / "run").mkdir()
    run = RunFolder(folder / "run")
    return Whole(run, pictures, train(base, pictures, recipe, run, PIP, told.append), told)

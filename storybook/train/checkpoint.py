"""Writes and reads the state of a training, whole or not at all; knows not what is in it."""

from __future__ import annotations

import os
import random
from pathlib import Path
from typing import Any

import torch

State = dict[str, Any]


def save(path: Path, state: State) -> None:
    """Write beside, then rename: a kill in between leaves the old checkpoint."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    torch.save(state, beside)
    os.replace(beside, path)


def load(path: Path) -> State | None:
    """The saved state on the CPU, or None where there is none."""
    if not path.exists():
        return None
    state: State = torch.load(path, map_location="cpu", weights_only=True)
    return state


def random_state(rng: random.Random, noise: torch.Generator) -> State:
    """Both generators as plain values that `torch.load(weights_only=True)` reads."""
    version, numbers, gauss = rng.getstate()
    return {"rng": [version, list(numbers), gauss], "noise": noise.get_state()}


def restore_random(state: State, rng: random.Random, noise: torch.Generator) -> None:
    """Put both generators back where `random_state` found them."""
    version, numbers, gauss = state["rng"]
    rng.setstate((version, tuple(numbers), gauss))
    noise.set_state(state["noise"])

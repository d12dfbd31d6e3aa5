"""Several adapters trained side by side against one run after the other, on storybook.

    python bench/side_by_side.py [--members 4] [--batch 1] [--steps 8] [--rounds 3]

The same steps of the same members, in turns with a warm-up of both; prints the median seconds of
whole trainings (encoding, steps, measuring and checkpoints included) and their ratio.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
import torch

from castmates.core.types import Character
from castmates.families.base import Base
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import changed, preset
from castmates.training.side_by_side.cast import Member, train_cast

PICTURES = 4


def pictures(folder: Path, side: int, seed: int) -> list[Item]:
    """Patches of colour: what they show does not change how long a step takes."""
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    items = []
    for number in range(1, PICTURES + 1):
        path = folder / f"{number:04d}.png"
        patches = chance.integers(0, 256, (8, 8, 3), dtype=np.uint8)
        images.write_png(path, patches.repeat(side // 8, axis=0).repeat(side // 8, axis=1))
        items.append(Item.read(path, f"friend, 1girl, solo, look {number}, forest"))
    return items


def members_in(folder: Path, base: Base, count: int, batch: int, steps: int) -> list[Member]:
    recipe = changed(
        preset("storybook"),
        {"batch": batch, "length": f"{steps} steps", "save_every": f"{steps} steps"},
    )
    return [
        Member(
            f"friend{n}",
            tuple(pictures(folder / f"pictures{n}", base.facts.native_size, n)),
            changed(recipe, {"seed": n}),
            RunFolder(folder),
            Character(name=f"friend{n}", trigger=f"friend{n}", class_word="girl"),
        )
        for n in range(count)
    ]


def fresh(members: Sequence[Member], folder: Path) -> list[Member]:
    """The same with empty run folders."""
    found = []
    for one in members:
        path = folder / one.label
        path.mkdir(parents=True)
        found.append(replace(one, run=RunFolder(path)))
    return found


def after_each_other(base: Base, members: Sequence[Member]) -> None:
    for one in members:
        train(base, one.items, one.recipe, one.run, one.character)


def timed(way: str, base: Base, members: Sequence[Member], folder: Path) -> float:
    mine = fresh(members, folder)
    began = time.perf_counter()
    if way == "side by side":
        train_cast(base, mine)
    else:
        after_each_other(base, mine)
    return time.perf_counter() - began


def main() -> None:
    said = argparse.ArgumentParser(description=__doc__)
    for name, usual in (("members", 4), ("batch", 1), ("steps", 8), ("rounds", 3)):
        said.add_argument(f"--{name}", type=int, default=usual)
    asked = said.parse_args()
    base = open_base("storybook")
    took: dict[str, list[float]] = {"one after the other": [], "side by side": []}
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        short = members_in(folder / "warm", base, asked.members, asked.batch, 1)
        for way in took:
            timed(way, base, short, folder / "warm" / way)
        members = members_in(folder, base, asked.members, asked.batch, asked.steps)
        for turn in range(asked.rounds):
            for way, seconds in took.items():
                seconds.append(timed(way, base, members, folder / f"{turn} {way}"))
    alone, shared = (median(seconds) for seconds in took.values())
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, {base.device}")
    print(f"{asked.members} adapters, {asked.steps} steps in batches of {asked.batch}")
    for way, seconds in took.items():
        print(f"{way}: {median(seconds):.2f} s ({', '.join(f'{s:.2f}' for s in seconds)})")
    print(f"{alone / shared:.2f} x")


if __name__ == "__main__":
    main()

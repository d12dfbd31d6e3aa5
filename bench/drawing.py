"""Drawing against diffusers' StableDiffusionPipeline: one picture, and sixteen with four adapters.

    python bench/drawing.py [--steps 20] [--rounds 3]

Storybook at its native size, float32 on both sides, the same sampler, steps and guidance. Sixteen
pictures use four adapters (rank 16, attention and feed-forward) by turns, as a user who compares
would ask for them. diffusers switches adapters (`set_adapters`) from picture to picture; or is
given the pictures sorted by adapter, so that it can draw four at a time; or merges the weights of
each picture's adapter (`fuse_lora`). Rounds alternate; a figure is the median round.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median

import torch
from diffusers import EulerDiscreteScheduler, StableDiffusionPipeline
from diffusers.utils import logging

from castmates.adapters.factors import Adapter
from castmates.adapters.file import load, save
from castmates.adapters.lora import fresh
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base

WORDS = "1girl, solo, standing, smile, full body, white background, flat color"
NAMES = ("a", "b", "c", "d")
PICTURES = 16


def random_adapter(base: Base, name: str, seed: int) -> Adapter:
    """One that changes pictures, so that nothing is skipped."""
    adapter = fresh(base.bank, name, rank=16, alpha=16.0, seed=seed)
    chance = torch.Generator().manual_seed(seed)
    factors = {
        key: replace(f, up=0.01 * torch.randn(f.up.shape, generator=chance))
        for key, f in adapter.factors.items()
    }
    return replace(adapter, factors=factors)


class Theirs:
    """diffusers' pipeline with the same adapters out of files."""

    def __init__(self, base: Base, files: dict[str, Path], steps: int) -> None:
        self.plain, self.pipe = (self._opened(base) for _ in range(2))
        for name, file in files.items():
            self.pipe.load_lora_weights(file, adapter_name=name)
        self.steps, self.guidance, self.side = steps, base.facts.guidance, base.facts.native_size

    @staticmethod
    def _opened(base: Base) -> StableDiffusionPipeline:
        found = StableDiffusionPipeline.from_pretrained(
            base.path, torch_dtype=torch.float32, local_files_only=True
        )
        found.set_progress_bar_config(disable=True)
        found.scheduler = EulerDiscreteScheduler.from_config(found.scheduler.config)
        return found

    def draw(self, count: int = 1, *, plain: bool = False) -> None:
        pipe = self.plain if plain else self.pipe
        pipe(
            [WORDS] * count, num_inference_steps=self.steps, guidance_scale=self.guidance,
            width=self.side, height=self.side,
        )  # fmt: skip

    def alone(self) -> None:
        """By a pipeline that never saw an adapter: layers with an idle one are slower."""
        self.draw(plain=True)

    def switching(self) -> None:
        for i in range(PICTURES):
            self.pipe.set_adapters(NAMES[i % len(NAMES)], 0.8)
            self.draw()

    def sorted(self) -> None:
        for name in NAMES:
            self.pipe.set_adapters(name, 0.8)
            self.draw(PICTURES // len(NAMES))

    def merging(self) -> None:
        for i in range(PICTURES):
            name = NAMES[i % len(NAMES)]
            self.pipe.set_adapters(name, 0.8)
            self.pipe.fuse_lora(adapter_names=[name])
            self.draw()
            self.pipe.unfuse_lora()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--rounds", type=int, default=3)
    asked = parser.parse_args()
    warnings.filterwarnings("ignore")
    logging.set_verbosity_error()
    base = open_base("storybook")
    with tempfile.TemporaryDirectory() as folder:
        files = {name: Path(folder) / f"{name}.safetensors" for name in NAMES}
        for seed, (name, file) in enumerate(files.items()):
            save(file, random_adapter(base, name, seed), {})
            base.bank.add(load(file, name))
        theirs = Theirs(base, files, asked.steps)
    painter = Painter(base, precise=True)
    plain = Shot(words=WORDS, seed=1, steps=asked.steps, sampler="euler")
    shots = [
        plain.model_copy(update={"seed": i, "adapters": (AdapterUse(name=n, strength=0.8),)})
        for i, n in enumerate(NAMES * (PICTURES // len(NAMES)))
    ]
    kinds: dict[str, Callable[[], object]] = {
        "one, ours": lambda: list(painter.draw([plain])),
        "one, diffusers": theirs.alone,
        "sixteen, ours": lambda: list(painter.draw(shots)),
        "sixteen, diffusers switching": theirs.switching,
        "sixteen, diffusers sorted": theirs.sorted,
        "sixteen, diffusers merging": theirs.merging,
    }
    rounds: dict[str, list[float]] = {name: [] for name in kinds}
    kinds["one, ours"](), kinds["one, diffusers"]()
    for _ in range(asked.rounds):
        for name, work in kinds.items():
            rounds[name].append(timed(work))
    print(f"{platform.machine()}, {torch.get_num_threads()} threads, {asked.steps} steps, Euler")
    for name, found in rounds.items():
        own = median(rounds[f"{name.partition(',')[0]}, ours"])
        print(f"{name}: {median(found):.2f} s, {median(found) / own:.2f} x")


if __name__ == "__main__":
    main()

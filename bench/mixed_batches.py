"""An epoch × strength grid: mixed batches through the weighting layer against one cell at a time.

    python bench/mixed_batches.py

Prints seconds for both, and the ratio, from one run on this machine.
"""

from __future__ import annotations

import platform
import time
from collections.abc import Callable
from dataclasses import replace

import torch

from castmates.adapters.factors import Adapter
from castmates.adapters.lora import fresh
from castmates.core.types import AdapterUse, Shot
from castmates.drawing.painter import Painter
from castmates.families.base import Base
from castmates.families.shelf import open_base

EPOCHS, STRENGTHS, STEPS = 4, (0.4, 0.6, 0.8, 1.0), 10
WORDS = "1girl, solo, standing, smile, full body, white background, flat color"


def random_adapter(base: Base, name: str, seed: int) -> Adapter:
    """An adapter whose up factors are not zero, so that nothing is skipped."""
    adapter = fresh(base.bank, name, rank=16, alpha=16.0, conv_rank=16, conv_alpha=16.0, seed=seed)
    generator = torch.Generator().manual_seed(seed)
    factors = {
        key: replace(f, up=0.01 * torch.randn(f.up.shape, generator=generator))
        for key, f in adapter.factors.items()
    }
    return replace(adapter, factors=factors)


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def main() -> None:
    base = open_base("storybook")
    names = [f"epoch{i}" for i in range(EPOCHS)]
    for i, name in enumerate(names):
        base.bank.add(random_adapter(base, name, i))
    shots = [
        Shot(words=WORDS, seed=1, steps=STEPS, adapters=(AdapterUse(name=n, strength=s),))
        for n in names
        for s in STRENGTHS
    ]
    painter = Painter(base)
    list(painter.draw(shots[:2]))
    single = timed(lambda: [list(painter.draw([shot])) for shot in shots])
    mixed = timed(lambda: list(painter.draw(shots)))
    threads = torch.get_num_threads()
    print(f"{platform.machine()}, {threads} threads, {len(shots)} cells, {STEPS} steps")
    print(f"one at a time {single:.1f} s, mixed batches {mixed:.1f} s: {single / mixed:.2f} x")


if __name__ == "__main__":
    main()

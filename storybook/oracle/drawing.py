"""Draws pictures with the embedded base for people to label; reads nothing from them."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import storybook.world as world
from castmates.core.errors import Missing
from castmates.core.types import Shot
from castmates.drawing.painter import Painter
from castmates.families.shelf import open_base
from castmates.files.reading import read_utf8
from storybook.oracle.cutting import Pixels

FIRST = 160_000_000


def captions(count: int) -> list[str]:
    """Prompts of the quiet world, from seeds that nothing was trained on."""
    rng = random.Random(FIRST)
    return [world.caption(world.sample(FIRST + i), rng, 0.0) for i in range(count)]


def prompts_in(path: Path) -> list[str]:
    """One prompt a line. Raises Missing: none is there."""
    prompts = [line.strip() for line in read_utf8(path).splitlines() if line.strip()]
    if not prompts:
        raise Missing(f"{path} holds no prompt.", "Write one a line.")
    return prompts


def drawn(prompts: Sequence[str], seed: int, base: str = "storybook") -> list[Pixels]:
    """The pictures of prompts in their order; the first has this seed, each next the next."""
    shots = [Shot(words=words, seed=seed + i) for i, words in enumerate(prompts)]
    pictures = sorted(Painter(open_base(base)).draw(shots), key=lambda one: one.index)
    return [one.pixels for one in pictures]

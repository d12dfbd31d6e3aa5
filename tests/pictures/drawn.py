"""Draw little pictures that differ from each other, for tests."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image


def picture(seed: int, width: int = 96, height: int = 96) -> Image.Image:
    """Big blocks of colour; another seed is another picture."""
    blocks = np.random.default_rng(seed).integers(0, 255, (6, 6, 3), dtype=np.uint8)
    return Image.fromarray(blocks).resize((width, height), Image.Resampling.NEAREST)


def folder_of(path: Path, count: int, first: int = 0, suffix: str = "png") -> Path:
    """A folder with `count` different pictures, 1.png, 2.png …"""
    path.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        picture(first + number).save(path / f"{number}.{suffix}")
    return path

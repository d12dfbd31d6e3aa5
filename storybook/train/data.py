"""Renders pictures of the world once into arrays on disk; knows no network.

The folder's name holds the settings and a digest of the world's source, so that a changed world
is rendered anew and an unchanged one never twice. A killed rendering goes on where it was.
"""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import storybook.world as world
from castmates.core.events import Began, Moved, Tell
from storybook.train.grown import GROWN
from storybook.train.settings import Pictures

EYES = 8
CHUNK = 64


def world_digest() -> str:
    """Eight letters that change whenever the world's source or tables do."""
    digest = hashlib.sha256()
    folder = Path(world.__file__).parent
    for path in sorted([*folder.rglob("*.py"), *folder.rglob("*.toml")]):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:8]


WIDTHS = {"quiet": world.QUIET, "grown": GROWN, "wide": world.WIDE}


def framed(seed: int, widths: str) -> Any:
    """The description of one picture of the quiet, the grown or the wide world."""
    return world.sample(seed, WIDTHS[widths])


def picture_of(spec: Any, size: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The drawn picture (size, size, 3) and its eyes (EYES, 3) as x, y, radius in 0..1."""
    drawn = world.draw(spec, size=size)
    eyes = np.full((EYES, 3), -1, np.float32)
    found = np.asarray(list(drawn.eyes)[:EYES], np.float32).reshape(-1, 3)
    eyes[: len(found)] = found
    return drawn.image, eyes


@dataclass(frozen=True)
class Rendered:
    """Pictures on disk, seed by seed, with the descriptions they were drawn from."""

    plan: Pictures
    images: NDArray[np.uint8]
    eyes: NDArray[np.float32]

    @cached_property
    def specs(self) -> list[Any]:
        """The description of every picture, sampled again from its seed."""
        return [framed(self.plan.first + i, self.plan.widths) for i in range(len(self.images))]


def _render_chunk(work: tuple[Path, Pictures, int]) -> int:
    folder, plan, begin = work
    images = np.load(folder / "images.npy", mmap_mode="r+")
    eyes = np.load(folder / "eyes.npy", mmap_mode="r+")
    end = min(plan.count, begin + CHUNK)
    for i in range(begin, end):
        images[i], eyes[i] = picture_of(framed(plan.first + i, plan.widths), plan.size)
    return end


def _empty(path: Path, shape: tuple[int, ...], kind: type) -> None:
    np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape).flush()


def folder_of(plan: Pictures, work: Path) -> Path:
    """Where the pictures of a plan lie in the work folder."""
    name = f"{plan.widths}-{plan.first}-{plan.count}x{plan.size}-{world_digest()}"
    if plan.widths == "grown":
        name += f"-{hashlib.sha256(repr(GROWN).encode()).hexdigest()[:4]}"
    return work / "pictures" / name


def is_rendered(plan: Pictures, work: Path) -> bool:
    """Whether all pictures of a plan lie in the work folder."""
    marker = folder_of(plan, work) / "done.txt"
    return marker.exists() and int(marker.read_text() or 0) >= plan.count


def render(plan: Pictures, work: Path, processes: int, tell: Tell) -> Rendered:
    """Render what is still missing of `plan` in parallel processes, and open it."""
    folder = folder_of(plan, work)
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "done.txt"
    if not marker.exists():
        _empty(folder / "images.npy", (plan.count, plan.size, plan.size, 3), np.uint8)
        _empty(folder / "eyes.npy", (plan.count, EYES, 3), np.float32)
        marker.write_text("0")
    done = int(marker.read_text() or 0)
    if done < plan.count:
        tell(Began(what="render", total=plan.count, unit="pictures"))
        chunks = [(folder, plan, begin) for begin in range(done, plan.count, CHUNK)]
        for end in _in_parallel(chunks, processes):
            marker.write_text(str(end))
            if end % (CHUNK * 32) == 0 or end == plan.count:
                tell(Moved(what="render", done=end))
    images = np.load(folder / "images.npy", mmap_mode="r")
    return Rendered(plan, images, np.load(folder / "eyes.npy", mmap_mode="r"))


def _in_parallel(chunks: list[tuple[Path, Pictures, int]], processes: int) -> Iterator[int]:
    if processes <= 1:
        yield from map(_render_chunk, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_render_chunk, chunks)

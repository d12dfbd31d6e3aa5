"""Draws the finder's pictures and who is seen where, onto disk; knows no torch.

No character to four of them, half with looks unknown to the base; in half of the pictures the
figures have left their usual places, so that they overlap, shrink and touch the edges.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import storybook.world as world
from castmates.core.events import Began, Moved, Tell
from storybook.train import cast
from storybook.train.data import CHUNK, world_digest
from storybook.world.truth import setting_of
from storybook.world.values import Place

Pixels = NDArray[np.uint8]
Index = NDArray[np.uint8]
"""(n, s, s): 0 where nobody is, k where the k-th character of the picture is seen."""

COUNTS = (("0", 0.05), ("1", 0.40), ("2", 0.30), ("3", 0.18), ("4", 0.07))
RANDOM_CAST = 0.9
"""The share of pictures whose characters are random ones; more than half of those look unusual."""


@dataclass(frozen=True)
class Scenes:
    """Which pictures: `count` seeds from `first` on; in the part `loose` the figures are moved."""

    count: int = 8000
    first: int = 90_000_000
    size: int = 128
    widths: str = "quiet"
    loose: float = 0.5


@dataclass(frozen=True)
class Drawn:
    """Pictures on disk, (n, s, s, 3), and who is seen where, (n, s, s)."""

    plan: Scenes
    images: Pixels
    index: Index


def scene(seed: int, widths: str, loose: float) -> Any:
    """The description of one picture; it may hold nobody."""
    wide = replace(world.QUIET if widths == "quiet" else world.WIDE, counts=COUNTS)
    spec = world.sample(seed, wide)
    rng = random.Random(f"finder {seed}")
    if rng.random() < RANDOM_CAST:
        people = tuple(cast.character(seed * 4 + k) for k in range(len(spec.characters)))
        spec = world.sample(seed, wide, people)
    if rng.random() < loose:
        spec = replace(spec, places=tuple(_loosened(place, rng) for place in spec.places))
    return spec


def _loosened(place: Place, rng: random.Random) -> Place:
    radius = place.radius * rng.uniform(0.6, 1.12)
    # About half of the shrunken ones keep their feet on the ground.
    kept = 2.2 * (place.radius - radius) * rng.random()
    across, down = rng.uniform(-0.14, 0.14), rng.uniform(-0.06, 0.03)
    return Place(place.x + across, place.y + kept + down, radius)


def caption_of(spec: Any, rng: random.Random) -> str:
    """The caption to redraw a picture with; of an empty one, the scene."""
    if not spec.characters:
        return ", ".join(setting_of(spec).values())
    return world.caption(spec, rng, 0.0)


def drawn_with_index(spec: Any, size: int) -> tuple[Pixels, Index]:
    """(size, size, 3) and (size, size)."""
    picture = world.draw(spec, size=size, masks=True)
    index = np.zeros((size, size), np.uint8)
    for number, mask in enumerate(picture.masks, 1):
        index[mask] = number
    return picture.image, index


def folder_of(plan: Scenes, work: Path) -> Path:
    """Where the pictures of a plan lie in the work folder."""
    sources = (Path(__file__), Path(cast.__file__))
    own = hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:4]
    name = f"finder-{plan.widths}-{plan.first}-{plan.count}x{plan.size}-{plan.loose}"
    return work / "pictures" / f"{name}-{world_digest()}{own}"


def draw_all(plan: Scenes, work: Path, processes: int, tell: Tell) -> Drawn:
    """Draw what is still missing of `plan` in parallel processes, and open it."""
    folder = folder_of(plan, work)
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "done.txt"
    shape = (plan.count, plan.size, plan.size)
    if not marker.exists():
        for name, full in (("images", (*shape, 3)), ("index", shape)):
            path = folder / f"{name}.npy"
            np.lib.format.open_memmap(path, mode="w+", dtype=np.uint8, shape=full).flush()
        marker.write_text("0")
    done = int(marker.read_text() or 0)
    if done < plan.count:
        tell(Began(what="draw with masks", total=plan.count, unit="pictures"))
        chunks = [(folder, plan, begin) for begin in range(done, plan.count, CHUNK)]
        for end in _in_parallel(chunks, processes):
            marker.write_text(str(end))
            if end % (CHUNK * 16) == 0 or end == plan.count:
                tell(Moved(what="draw with masks", done=end))
    images = np.load(folder / "images.npy", mmap_mode="r")
    return Drawn(plan, images, np.load(folder / "index.npy", mmap_mode="r"))


def _draw_chunk(work: tuple[Path, Scenes, int]) -> int:
    folder, plan, begin = work
    images = np.load(folder / "images.npy", mmap_mode="r+")
    index = np.load(folder / "index.npy", mmap_mode="r+")
    end = min(plan.count, begin + CHUNK)
    for i in range(begin, end):
        spec = scene(plan.first + i, plan.widths, plan.loose)
        images[i], index[i] = drawn_with_index(spec, plan.size)
    return end


def _in_parallel(chunks: list[tuple[Path, Scenes, int]], processes: int) -> Iterator[int]:
    if processes <= 1:
        yield from map(_draw_chunk, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_draw_chunk, chunks)

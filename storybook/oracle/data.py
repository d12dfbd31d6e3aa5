"""Renders the oracle's pictures with their boxes once into arrays on disk; knows no network."""

from __future__ import annotations

import hashlib
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import storybook.world as world
from castmates.core.events import Began, Moved, Tell
from storybook.oracle.cutting import Box
from storybook.oracle.sampling import framed
from storybook.oracle.settings import Plan
from storybook.train.data import world_digest
from storybook.world.masks import boxes_of, masks_of
from storybook.world.sampling import MOST_CHARACTERS
from storybook.world.values import Framed

CHUNK = 64
CLEAR = 0.93
"""A character of which less than this share is visible behind others is not asked about."""


@dataclass(frozen=True)
class Drawn:
    """Pictures on disk: `images` (n, s, s, 3), `boxes` (n, 4, 4) in 0..1, `shown` (n, 4) in 0..1.

    `shown` says how much of each character no other one hides; missing ones have 0.
    """

    plan: Plan
    images: NDArray[np.uint8]
    boxes: NDArray[np.float32]
    shown: NDArray[np.float32]

    @cached_property
    def specs(self) -> list[Framed]:
        """The description of every picture, sampled again from its seed."""
        return [framed(self.plan.first + i, self.plan.which) for i in range(len(self.images))]

    def boxes_in(self, index: int) -> list[Box]:
        """The boxes of a picture's characters in pixels, in the order of its spec."""
        count = len(self.specs[index].characters)
        return [_as_box(row) for row in self.boxes[index, :count] * self.plan.size]

    @cached_property
    def clear(self) -> list[tuple[int, int]]:
        """(picture, character) of everybody who is seen well enough to be asked about."""
        rows, columns = np.nonzero(self.shown >= CLEAR)
        return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _as_box(row: NDArray[np.float32]) -> Box:
    left, top, right, bottom = (float(edge) for edge in row)
    return (left, top, right, bottom)


def shown_of(spec: Framed, size: int) -> tuple[list[Box], list[float]]:
    """The visible box of each character in 0..1, and how much of it no other one hides."""
    masks = masks_of(spec, size)
    if len(masks) == 1:
        return boxes_of(masks), [1.0]
    shares = []
    for i, mask in enumerate(masks):
        alone = replace(
            spec,
            characters=spec.characters[i : i + 1],
            acts=spec.acts[i : i + 1],
            places=spec.places[i : i + 1],
        )
        shares.append(float(mask.sum()) / max(1.0, float(masks_of(alone, size)[0].sum())))
    return boxes_of(masks), shares


def digest() -> str:
    """Eight letters that change whenever the world or the oracle's sampling does."""
    own = [Path(__file__).with_name(name) for name in ("sampling.py", "data.py")]
    return hashlib.sha256(
        world_digest().encode() + b"".join(p.read_bytes() for p in own)
    ).hexdigest()[:8]


def _render_chunk(work: tuple[Path, Plan, int]) -> int:
    folder, plan, begin = work
    images, boxes, shown = (np.load(folder / f"{n}.npy", mmap_mode="r+") for n in _NAMES)
    end = min(plan.count, begin + CHUNK)
    for i in range(begin, end):
        spec = framed(plan.first + i, plan.which)
        images[i] = world.draw(spec, plan.size).image
        found, shares = shown_of(spec, plan.size)
        boxes[i, : len(found)], shown[i, : len(found)] = np.reshape(found, (-1, 4)), shares
    return end


_NAMES = ("images", "boxes", "shown")


def render(plan: Plan, work: Path, processes: int, tell: Tell) -> Drawn:
    """Render what is still missing of a plan in parallel processes, and open it.

    A killed rendering goes on where it was.
    """
    name = f"{plan.which}-{plan.first}-{plan.count}x{plan.size}-{digest()}"
    folder = work / "oracle" / name
    folder.mkdir(parents=True, exist_ok=True)
    marker = folder / "done.txt"
    if not marker.exists():
        pixels, most = (plan.count, plan.size, plan.size, 3), MOST_CHARACTERS
        _empty(folder / "images.npy", pixels, np.uint8)
        _empty(folder / "boxes.npy", (plan.count, most, 4), np.float32)
        _empty(folder / "shown.npy", (plan.count, most), np.float32)
        marker.write_text("0")
    done = int(marker.read_text() or 0)
    if done < plan.count:
        tell(Began(what="render", total=plan.count, unit="pictures"))
        chunks = [(folder, plan, begin) for begin in range(done, plan.count, CHUNK)]
        for end in _in_parallel(chunks, processes):
            marker.write_text(str(end))
            if end % (CHUNK * 32) == 0 or end == plan.count:
                tell(Moved(what="render", done=end))
    return Drawn(plan, *(np.load(folder / f"{n}.npy", mmap_mode="r") for n in _NAMES))


def _empty(path: Path, shape: tuple[int, ...], kind: type) -> None:
    np.lib.format.open_memmap(path, mode="w+", dtype=kind, shape=shape).flush()


def _in_parallel(chunks: list[tuple[Path, Plan, int]], processes: int) -> Iterator[int]:
    if processes <= 1 or len(chunks) < 4:
        yield from map(_render_chunk, chunks)
        return
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap(_render_chunk, chunks)

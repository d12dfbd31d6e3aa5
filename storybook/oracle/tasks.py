"""What the two networks learn: batches, losses, and scores on fresh pictures; runs no loop."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from storybook.oracle.asking import asked, asked_of_picture
from storybook.oracle.cutting import (
    Box,
    Square,
    cut,
    cut_out,
    jittered,
    out_of,
    overlap,
    plane,
    within,
)
from storybook.oracle.data import Drawn
from storybook.oracle.losses import Asked, found, map_loss, middles
from storybook.oracle.networks import Reader, Where
from storybook.oracle.settings import OracleSettings
from storybook.oracle.slots import CHARACTER, PICTURE, Row
from storybook.oracle.softly import partly
from storybook.train.degrade import Degrade
from storybook.train.networks import autocast
from storybook.train.settings import Machine
from storybook.train.vae import to_tensor

Pixels = NDArray[np.uint8]
Redrawn = Mapping[int, Pixels]
"""Index of a picture -> the same picture as the base draws it."""
TOGETHER = 64


class Task(Protocol):
    """A network and what it shall learn."""

    name: str
    network: nn.Module

    def loss(self, rng: random.Random, degrade: Degrade) -> Tensor:
        """The loss of a fresh batch."""
        ...

    def score(self, network: nn.Module, drawn: Drawn) -> float:
        """0..1: how well a network does on pictures it never saw."""
        ...


@dataclass
class Reading:
    """The reader's task: everybody's answers, cut out by true boxes that are a little wrong."""

    drawn: Drawn
    again: Redrawn
    settings: OracleSettings
    machine: Machine

    name = "reader"

    def __post_init__(self) -> None:
        network: nn.Module = Reader(self.settings.shape)
        self.network = network.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._asked = Asked(CHARACTER, self.machine.device)
        self._redrawn = [place for place in self.drawn.clear if place[0] in self.again]

    @cached_property
    def _right(self) -> dict[tuple[int, int], Row]:
        return {place: _right_of(self.drawn, place) for place in self.drawn.clear}

    def loss(self, rng: random.Random, degrade: Degrade) -> Tensor:
        """The mean over all that is asked of a batch of characters."""
        cuts, right = [], []
        for _ in range(self.settings.batch):
            again = bool(self._redrawn) and rng.random() < self.settings.again
            place = rng.choice(self._redrawn if again else self.drawn.clear)
            picture = self.again[place[0]] if again else self.drawn.images[place[0]]
            box = self.drawn.boxes_in(place[0])[place[1]]
            cuts.append(cut_out(picture, jittered(box, rng)))
            right.append(self._right[place])
        pictures = partly(np.stack([c.pixels for c in cuts]), self.settings.plain, degrade)
        planes = torch.from_numpy(np.stack([plane(c.box) for c in cuts]))[:, None]
        with autocast(self.machine):
            logits = self.network(torch.cat([pictures, planes], 1).to(self.machine.device))
        wanted = torch.from_numpy(np.stack(right)).to(self.machine.device)
        return self._asked.loss(logits, wanted, self.settings.smoothing)

    @torch.no_grad()
    def score(self, network: nn.Module, drawn: Drawn) -> float:
        """The share of asked slots that are answered right, by true boxes."""
        right, total = 0, 0
        for part in _parts(drawn.clear):
            cuts = [cut_out(drawn.images[i], drawn.boxes_in(i)[k]) for i, k in part]
            pictures = to_tensor(np.stack([c.pixels for c in cuts]))
            planes = torch.from_numpy(np.stack([plane(c.box) for c in cuts]))[:, None]
            with autocast(self.machine):
                logits = network(torch.cat([pictures, planes], 1).to(self.machine.device))
            wanted = torch.from_numpy(np.stack([_right_of(drawn, place) for place in part]))
            hit, was = self._asked.hits(logits, wanted.to(self.machine.device))
            right, total = right + int((hit & was).sum()), total + int(was.sum())
        return right / max(1, total)


def _right_of(drawn: Drawn, place: tuple[int, int]) -> Row:
    spec = drawn.specs[place[0]]
    one, act = spec.characters[place[1]], spec.acts[place[1]]
    return CHARACTER.row(asked(one, act, spec.framing))


def _parts(places: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    for begin in range(0, len(places), TOGETHER):
        yield places[begin : begin + TOGETHER]


@dataclass
class Finding:
    """The task of `where`: the picture's own answers, and a box around everybody."""

    drawn: Drawn
    again: Redrawn
    settings: OracleSettings
    machine: Machine

    name = "where"

    def __post_init__(self) -> None:
        network: nn.Module = Where(self.settings.shape)
        self.network = network.to(self.machine.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        self._asked = Asked(PICTURE, self.machine.device)
        self._redrawn = list(self.again)

    @cached_property
    def _right(self) -> list[Row]:
        return [PICTURE.row(asked_of_picture(spec)) for spec in self.drawn.specs]

    def loss(self, rng: random.Random, degrade: Degrade) -> Tensor:
        """The mean over the picture's slots, plus the loss of the map."""
        pictures, right, maps = [], [], []
        for number in range(self.settings.batch):
            again = bool(self._redrawn) and rng.random() < self.settings.again
            i = rng.choice(self._redrawn) if again else rng.randrange(len(self.drawn.images))
            picture = self.again[i] if again else self.drawn.images[i]
            kept = number < round(self.settings.batch * self.settings.plain)
            square = _askew(len(picture), None if kept else rng)
            pictures.append(cut(picture, square))
            maps.append(middles(_inside(self.drawn.boxes_in(i), square)))
            right.append(self._right[i])
        planes = partly(np.stack(pictures), self.settings.plain, degrade)
        with autocast(self.machine):
            logits, said, ways = self.network(planes.to(self.machine.device))
        wanted, peaks, edges = (
            torch.from_numpy(np.stack(rows)).to(self.machine.device)
            for rows in (right, [m[0] for m in maps], [m[1] for m in maps])
        )
        loss = self._asked.loss(logits, wanted, self.settings.smoothing)
        return loss + 0.3 * map_loss(said, ways.float(), peaks, edges)

    @torch.no_grad()
    def score(self, network: nn.Module, drawn: Drawn) -> float:
        """The mean of: the share of slots that are right, and the boxes' overlap with the true."""
        right, total, overlaps = 0, 0, []
        for begin in range(0, len(drawn.images), TOGETHER):
            numbers = range(begin, min(begin + TOGETHER, len(drawn.images)))
            planes = to_tensor(np.asarray(drawn.images[begin : numbers.stop]))
            with autocast(self.machine):
                logits, said, ways = network(planes.to(self.machine.device))
            rows = [PICTURE.row(asked_of_picture(drawn.specs[i])) for i in numbers]
            wanted = torch.from_numpy(np.stack(rows)).to(self.machine.device)
            hit, was = self._asked.hits(logits, wanted)
            right, total = right + int((hit & was).sum()), total + int(was.sum())
            for i, peaks, edges in zip(numbers, said, ways.float(), strict=True):
                overlaps += _overlaps(drawn, i, peaks, edges)
        return (right / max(1, total) + float(np.mean(overlaps or [0.0]))) / 2


def _askew(side: int, rng: random.Random | None) -> Square:
    """The whole of a square picture, or a little more, less or aside."""
    if rng is None:
        return (0.0, 0.0, float(side))
    size = side * rng.uniform(0.92, 1.15)
    left, top = ((side - size) / 2 + side * rng.uniform(-0.06, 0.06) for _ in range(2))
    return (left, top, size)


def _inside(boxes: list[Box], square: Square) -> list[Box]:
    """The boxes that are visible in a square, in 0..1 of it, cut off at its edges."""
    clipped: list[Box] = []
    for box in boxes:
        left, top, right, bottom = (min(1.0, max(0.0, edge)) for edge in within(box, square))
        if right > left and bottom > top:
            clipped.append((left, top, right, bottom))
    return clipped


def _overlaps(drawn: Drawn, index: int, peaks: Tensor, ways: Tensor) -> list[float]:
    true = [box for box in drawn.boxes_in(index) if box[2] > box[0]]
    true.sort(key=lambda box: box[0] + box[2])
    square = (0.0, 0.0, float(drawn.plan.size))
    said = [out_of(box, square) for box in found(peaks, ways, len(true))]
    return [overlap(one, other) for one, other in zip(true, said, strict=True)]

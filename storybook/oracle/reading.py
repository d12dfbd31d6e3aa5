"""Reads pictures with trained weights: how many, where, and everybody's answers; judges nobody."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from storybook.oracle import weights
from storybook.oracle.cutting import Box, Cut, Pixels, cut, cut_out, out_of, plane, whole
from storybook.oracle.losses import found
from storybook.oracle.networks import Reader, Where
from storybook.oracle.settings import WEIGHTS
from storybook.oracle.slots import CHARACTER, PICTURE, Slots
from storybook.train.vae import to_tensor

TOGETHER = 64


@dataclass(frozen=True, eq=False)
class Answers:
    """The chances of every answer: `chances` (total,), of each slot they sum to 1.

    Whether a slot can be seen at all they do not say: see `identity.shown`.
    """

    slots: Slots
    chances: NDArray[np.float32]

    def best(self, slot: str) -> tuple[str, float]:
        """The likeliest answer of a slot and its chance."""
        chances = self.chances[self.slots.span(slot)]
        at = int(chances.argmax())
        return self.slots.answers[slot][at], float(chances[at])

    def chance(self, slot: str, answers: Iterable[str]) -> float:
        """How likely it is one of these answers."""
        return float(sum(self.chances[self.slots.place(slot, answer)] for answer in answers))

    def all(self) -> dict[str, tuple[str, float]]:
        """Slot -> its likeliest answer and the chance of that."""
        return {slot: self.best(slot) for slot in self.slots.names}


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody in a picture: its box in pixels (left, top, right, bottom), and its answers."""

    box: Box
    answers: Answers

    @property
    def slots(self) -> dict[str, tuple[str, float]]:
        """Slot -> (answer, chance)."""
        return self.answers.all()


@dataclass(frozen=True, eq=False)
class Reading:
    """What the oracle reads in one picture; `persons` from left to right."""

    picture: Answers
    persons: tuple[Person, ...]

    @property
    def count(self) -> int:
        """How many characters there are."""
        return len(self.persons)

    @property
    def boxes(self) -> list[Box]:
        """Everybody's box in pixels."""
        return [person.box for person in self.persons]

    @property
    def framing(self) -> str:
        """The likeliest framing."""
        return self.picture.best("framing")[0]


class Oracle:
    """Both networks, ready to read."""

    def __init__(self, where: Where, reader: Reader) -> None:
        self._where, self._reader = where.eval(), reader.eval()

    @classmethod
    def open(cls, folder: Path = WEIGHTS) -> Oracle:
        """The trained oracle. Raises Missing, Unfit or BadInput (see `weights.opened`)."""
        return cls(weights.opened(Where, folder), weights.opened(Reader, folder))

    def read(self, pictures: Sequence[Pixels]) -> list[Reading]:
        """Read pictures, (h, w, 3) uint8 each; sizes may differ."""
        readings: list[Reading] = []
        for begin in range(0, len(pictures), TOGETHER):
            readings += self._read(pictures[begin : begin + TOGETHER])
        return readings

    def _read(self, pictures: Sequence[Pixels]) -> list[Reading]:
        told, boxes = self._look(pictures)
        everybody = [(p, box) for p, own in zip(pictures, boxes, strict=True) for box in own]
        answers = iter(self.ask([cut_out(picture, box) for picture, box in everybody]))
        return [
            Reading(whole_answers, tuple(Person(box, next(answers)) for box in own))
            for whole_answers, own in zip(told, boxes, strict=True)
        ]

    @torch.no_grad()
    def _look(self, pictures: Sequence[Pixels]) -> tuple[list[Answers], list[list[Box]]]:
        squares = [whole(picture) for picture in pictures]
        cuts = [cut(p, square) for p, square in zip(pictures, squares, strict=True)]
        logits, peaks, ways = self._where(to_tensor(np.stack(cuts)))
        told = answers_of(logits, PICTURE)
        boxes = []
        for i, picture in enumerate(pictures):
            count = int(told[i].best("count")[0])
            boxes.append(
                [
                    _clipped(out_of(box, squares[i]), picture)
                    for box in found(peaks[i], ways[i], count)
                ]
            )
        return told, boxes

    @torch.no_grad()
    def ask(self, cuts: Sequence[Cut]) -> list[Answers]:
        """Everybody's answers, of those cut out already."""
        answers: list[Answers] = []
        for begin in range(0, len(cuts), TOGETHER):
            some = cuts[begin : begin + TOGETHER]
            planes = torch.from_numpy(np.stack([plane(one.box) for one in some]))[:, None]
            colours = to_tensor(np.stack([one.pixels for one in some]))
            logits = self._reader(torch.cat([colours, planes], 1))
            answers += answers_of(logits, CHARACTER)
        return answers


def _clipped(box: Box, picture: Pixels) -> Box:
    high, wide = picture.shape[:2]
    left, right = (min(float(wide), max(0.0, edge)) for edge in (box[0], box[2]))
    top, bottom = (min(float(high), max(0.0, edge)) for edge in (box[1], box[3]))
    return (left, top, right, bottom)


def answers_of(logits: torch.Tensor, slots: Slots) -> list[Answers]:
    """(n, total) logits -> the chances, slot by slot."""
    parts = [logits[:, slots.span(name)].float().softmax(-1) for name in slots.names]
    return [Answers(slots, row) for row in torch.cat(parts, 1).numpy()]

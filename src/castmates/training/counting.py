"""How many batches, steps and epochs a training has, as sd-scripts counts them; knows no pictures.

    batches per epoch   Σ over data sets and buckets of ceil(looks / batch)
    steps per epoch     ceil(batches / accumulation)
    steps               epochs x steps per epoch, or as given
    epochs              ceil(steps / steps per epoch)

A look is one visit to one picture: pictures x repeats. Batches never mix buckets.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

from castmates.core.errors import BadInput
from castmates.core.units import Duration


@dataclass(frozen=True)
class Counts:
    """Attributes:
    batches: forward passes an epoch, short ones included.
    steps_per_epoch: optimizer updates an epoch.
    steps: optimizer updates in all.
    epochs: epochs begun; the last one may be cut.
    """

    batches: int
    steps_per_epoch: int
    steps: int
    epochs: int

    @property
    def cut(self) -> int:
        """Steps that are missing from the last epoch; 0: it is whole."""
        return self.epochs * self.steps_per_epoch - self.steps


def batches(looks: Iterable[int], batch: int) -> int:
    """Batches of one data set an epoch: its buckets' looks, each bucket's last batch short."""
    if batch < 1:
        raise BadInput(f"The batch is {batch}; wanted 1 or more.")
    return sum(-(-one // batch) for one in looks)


def count(batches_per_epoch: int, length: Duration, accumulation: int = 1) -> Counts:
    """The whole training.

    Args:
        batches_per_epoch: of all data sets together.
        accumulation: batches whose gradients one update gathers; those of the epoch's last update
            may be fewer.

    Raises:
        BadInput: no batch at all, or an accumulation below 1.
    """
    if batches_per_epoch < 1:
        raise BadInput("There is no picture to train on.", "Add pictures, or raise the repeats.")
    if accumulation < 1:
        raise BadInput(f"Gradients are gathered over {accumulation} batches; wanted 1 or more.")
    per_epoch = -(-batches_per_epoch // accumulation)
    steps = length.in_steps(per_epoch)
    return Counts(batches_per_epoch, per_epoch, steps, -(-steps // per_epoch))


def gui_steps(
    folders: Sequence[tuple[int, int]],
    epochs: int,
    batch: int = 1,
    accumulation: int = 1,
    regularized: bool = False,
) -> int:
    """The steps that the kohya_ss window passes on for its `epoch`: it does not know buckets.

    ceil(Σ pictures x repeats / batch / accumulation x epochs x (2 with a regularization folder)).
    Rounding in buckets makes an epoch longer than its share of this, so that the last one ends
    early.

    Args:
        folders: pictures and repeats of each folder.
    """
    looks = sum(pictures * repeats for pictures, repeats in folders)
    return ceil(looks / batch / accumulation * epochs * (2 if regularized else 1))


def regularization_repeats(own: Sequence[int], looks: int) -> tuple[int, ...]:
    """The repeats that sd-scripts gives regularization pictures; 0: never used.

    They are taken in order with their own repeats until there are as many looks as the training
    pictures have; if they are too few, each gets one more, round and round.

    Args:
        own: repeats of each, from its folder's name.
        looks: training pictures x repeats.
    """
    given = [0] * len(own)
    have = 0
    for index, times in enumerate(own):
        if have >= looks:
            break
        given[index] = times
        have += times
    index = 0
    while given and have < looks:
        given[index % len(given)] += 1
        have += 1
        index += 1
    return tuple(given)

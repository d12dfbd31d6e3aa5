"""Which pictures which step visits, and in which order; knows no pictures and no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from castmates.training.seeding import chance_of


@dataclass(frozen=True)
class Visit:
    """One look at one picture.

    Attributes:
        item: the picture's index.
        count: the how-manieth visit to it in the run, from 0; with the item it names the visit.
    """

    item: int
    count: int


@lru_cache(maxsize=2)
def epoch_order(repeats: tuple[int, ...], seed: int, epoch: int) -> tuple[Visit, ...]:
    """All visits of an epoch (from 0), each picture as often as its repeats say, shuffled."""
    visits = [
        Visit(item, epoch * times + turn)
        for item, times in enumerate(repeats)
        for turn in range(times)
    ]
    chance_of(seed, "order", epoch).shuffle(visits)
    return tuple(visits)


def batch_of(repeats: Sequence[int], seed: int, batch: int, step: int) -> tuple[Visit, ...]:
    """The visits of a step (from 0). The last batch of an epoch may be short, as in kohya's.

    Args:
        repeats: visits per epoch of each picture.
        seed: the recipe's.
        batch: pictures per step.
    """
    per_epoch = -(-sum(repeats) // batch)
    epoch, place = divmod(step, per_epoch)
    return epoch_order(tuple(repeats), seed, epoch)[place * batch : (place + 1) * batch]

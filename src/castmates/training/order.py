"""Which pictures which step visits, and in which order; knows no pictures and no tensors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from castmates.training.batching import batches_of
from castmates.training.counting import batches
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


@dataclass(frozen=True)
class Order:
    """The visits of all steps of a run.

    Attributes:
        repeats: visits per epoch of each picture.
        batch: pictures per step.
        seed: the recipe's.
        buckets: where each picture lies, so that batches never mix them; None: all alike.
        accumulation: batches of one update; the epoch's last may have fewer.
    """

    repeats: tuple[int, ...]
    batch: int
    seed: int
    buckets: tuple[Hashable, ...] | None = None
    accumulation: int = 1

    @cached_property
    def per_epoch(self) -> int:
        """Batches an epoch; short ones count."""
        if self.buckets is None:
            return batches([sum(self.repeats)], self.batch)
        looks: Counter[Hashable] = Counter()
        for bucket, times in zip(self.buckets, self.repeats, strict=True):
            looks[bucket] += times
        return batches(looks.values(), self.batch)

    @property
    def updates(self) -> int:
        """Steps an epoch."""
        return -(-self.per_epoch // self.accumulation)

    def at(self, step: int) -> tuple[tuple[Visit, ...], ...]:
        """The batches of a step, from 0."""
        epoch, place = divmod(step, self.updates)
        first = place * self.accumulation
        last = min(first + self.accumulation, self.per_epoch)
        return tuple(self._batch(epoch * self.per_epoch + at) for at in range(first, last))

    def _batch(self, number: int) -> tuple[Visit, ...]:
        """The visits of a batch, from 0."""
        if self.buckets is None:
            return batch_of(self.repeats, self.seed, self.batch, number)
        epoch, place = divmod(number, self.per_epoch)
        found = batches_of(self.buckets, self.repeats, self.batch, self.seed, epoch)
        return tuple(Visit(item, count) for item, count in found[place])

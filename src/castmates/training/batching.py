"""Which looks make a batch, and in which order, when pictures lie in buckets; knows no pictures.

As in sd-scripts a batch never mixes buckets, a bucket's last batch is short, and both the content
of every bucket and the order of the batches are shuffled anew each epoch.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from functools import lru_cache

from castmates.training.seeding import chance_of

Look = tuple[int, int]
"""A picture's index, and the how-manieth visit to it in the run, from 0 (`order.Visit`)."""


@lru_cache(maxsize=2)
def batches_of(
    buckets: tuple[Hashable, ...], repeats: tuple[int, ...], batch: int, seed: int, epoch: int
) -> tuple[tuple[Look, ...], ...]:
    """All batches of an epoch (from 0), in order; a function of the arguments alone.

    Args:
        buckets: where each picture lies (its size; with several data sets the set as well).
        repeats: looks per epoch of each.
        batch: looks per batch.
    """
    inside: dict[Hashable, list[Look]] = {}
    for item, (bucket, times) in enumerate(zip(buckets, repeats, strict=True)):
        looks = [(item, epoch * times + turn) for turn in range(times)]
        inside.setdefault(bucket, []).extend(looks)
    chance = chance_of(seed, "batches", epoch)
    found: list[tuple[Look, ...]] = []
    for looks in inside.values():
        chance.shuffle(looks)
        found += [tuple(looks[i : i + batch]) for i in range(0, len(looks), batch)]
    chance.shuffle(found)
    return tuple(found)


def gathered(
    batches: Sequence[tuple[Look, ...]], accumulation: int
) -> tuple[tuple[tuple[Look, ...], ...], ...]:
    """The batches of each update, in order; the epoch's last update may have fewer."""
    return tuple(tuple(batches[i : i + accumulation]) for i in range(0, len(batches), accumulation))

"""Find the few pairs of prints that are worth laying over each other; decides nothing.

Two sieves, cheap enough for the 200 million pairs of 20,000 prints: means of 16 places, and whether
each place of one picture lies within what its neighbourhood in the other offers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from castmates.pictures.prints import SIDE, TINTS, Print

_COARSE = 4
_FAR = 11.0
"""Root mean square difference, 0..255, of the 16 coarse places. Twins moved by 6 % or cut to 85 %
stay below 9; of different pictures of one drawn character half a per cent come so near."""
_SLACK = 8.0
"""Grey levels that a place may lie beyond its neighbourhood in the other picture."""
_BLOCK = 1024

_Indices = NDArray[np.intp]


@dataclass(frozen=True)
class _Sieve:
    """A grid of places, how far around each is looked, and how many may fall outside."""

    places: int
    reach: int
    strays: int


_SIEVES = (_Sieve(10, 1, 10), _Sieve(16, 2, 9))
"""Twins had at most 7 and 4 strays."""


def candidates(prints: Sequence[Print]) -> Iterator[tuple[int, int, bool]]:
    """Pairs worth laying over each other: (first, second, whether the second is mirrored)."""
    if len(prints) < 2:
        return
    grey = np.stack([p.grey for p in prints])
    coarse = _coarse(grey, prints)
    envelopes = [(_envelope(grey, sieve), sieve.strays) for sieve in _SIEVES]
    for mirror in (False, True):
        others = coarse[:, :, ::-1] if mirror else coarse
        for kept in _near(_flat(coarse), _flat(others)):
            for envelope, strays in envelopes:
                kept = _fits(envelope, kept, mirror, strays)
            yield from ((int(i), int(j), mirror) for i, j in zip(*kept, strict=True))


def _flat(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.ascontiguousarray(values).reshape(len(values), -1)


@cache
def _tents(count: int, margin: float, width: float, side: int) -> NDArray[np.float32]:
    """(count, side): overlapping means along one side, without its margins."""
    span = (1 - 2 * margin) / count
    middle = margin + (np.arange(count) + 0.5) * span
    place = (np.arange(side) + 0.5) / side
    rows = np.maximum(0, 1 - np.abs(place[None] - middle[:, None]) / (width * span))
    tents: NDArray[np.float32] = (rows / rows.sum(1, keepdims=True)).astype(np.float32)
    return tents


def _coarse(grey: NDArray[np.uint8], prints: Sequence[Print]) -> NDArray[np.float32]:
    """(n, 4, 4, 3): grey and tints at 16 places."""
    tall, wide = _tents(_COARSE, 0.1, 2.0, SIDE), _tents(_COARSE, 0.1, 2.0, TINTS)
    tints = np.stack([p.tints for p in prints])
    levels = _reduced(grey, tall)
    colours = [1.5 * _reduced(tints[..., channel], wide) for channel in (0, 1)]
    return np.stack([levels, *colours], axis=-1)


def _reduced(values: NDArray[np.uint8], tents: NDArray[np.float32]) -> NDArray[np.float32]:
    """(n, side, side) -> (n, k, k), in parts, so that 20,000 prints need little memory."""
    parts = [
        tents @ values[at : at + _BLOCK].astype(np.float32) @ tents.T
        for at in range(0, len(values), _BLOCK)
    ]
    return np.concatenate(parts)


def _near(
    rows: NDArray[np.float32], others: NDArray[np.float32]
) -> Iterator[tuple[_Indices, _Indices]]:
    """Blocks of index pairs, first before second, whose rows are less than `_FAR` apart."""
    limit = _FAR**2 * rows.shape[1]
    middle = rows.mean(axis=0)
    rows, others = rows - middle, others - middle
    square, square_other = (rows**2).sum(1), (others**2).sum(1)
    # |a - b|^2 as one product: [a, |a|^2, 1] . [-2b, 1, |b|^2].
    left = np.column_stack([rows, square, np.ones_like(square)]).astype(np.float32)
    right = np.column_stack([-2 * others, np.ones_like(square), square_other]).astype(np.float32)
    for at in range(0, len(rows), _BLOCK):
        apart = left[at : at + _BLOCK] @ right[at:].T
        first, second = np.divmod(np.flatnonzero(apart < limit), apart.shape[1])
        ordered = first < second
        yield first[ordered] + at, second[ordered] + at


@dataclass(frozen=True, eq=False)
class _Envelope:
    """(n, k, k) each: what places show, and the least and most that is shown around them."""

    here: NDArray[np.float32]
    least: NDArray[np.float32]
    most: NDArray[np.float32]


def _envelope(grey: NDArray[np.uint8], sieve: _Sieve) -> _Envelope:
    reach, across = sieve.reach, 2 * sieve.reach + 1
    wide = _reduced(grey, _tents(sieve.places + 2 * reach, 0.0, 1.0, SIDE))
    least = most = wide
    for axis in (1, 2):
        least = sliding_window_view(least, across, axis=axis).min(axis=-1)
        most = sliding_window_view(most, across, axis=axis).max(axis=-1)
    here = np.ascontiguousarray(wide[:, reach:-reach, reach:-reach])
    return _Envelope(here, least, most)


def _fits(
    envelope: _Envelope, pairs_: tuple[_Indices, _Indices], mirror: bool, strays: int
) -> tuple[_Indices, _Indices]:
    """The pairs of which each place lies within what the other shows around it."""
    first, second = pairs_
    kept = np.zeros(len(first), bool)
    step = -1 if mirror else 1
    for at in range(0, len(first), 4 * _BLOCK):
        some = slice(at, at + 4 * _BLOCK)
        i, j = first[some], second[some]
        most = np.zeros(len(i), np.intp)
        for a, b in ((i, j), (j, i)):
            here = envelope.here[a][:, :, ::step]
            out = (here > envelope.most[b] + _SLACK) | (here < envelope.least[b] - _SLACK)
            most = np.maximum(most, out.sum(axis=(1, 2)))
        kept[some] = most <= strays
    return first[kept], second[kept]

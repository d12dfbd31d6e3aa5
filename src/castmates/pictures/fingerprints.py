"""Tell pictures that are almost the same, also shifted or mirrored; knows no folders.

Hashes of pictures (dHash and its kin) call two drawings of one figure the same when only the mouth
differs, and such a pair is worth keeping. So small copies are laid over each other, shifted a
little, and the worst place decides: a smile turned round is a large difference in one place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels

Cells = NDArray[np.float32]

_SIDE = 64
_REACH = 3
"""Cells by which copies are shifted against each other: 5 % of the picture."""
_PATCH = 4
_PATCHES = (_SIDE - 2 * _REACH) // _PATCH
MOST_ANYWHERE = 45.0
"""Difference, 0..255, that the worst patch of twins may have. The same picture pressed as JPEG, at
another size or shifted by 4 % stays below 40; two faces of one drawn figure differ by 70 and more
(measured on the example characters and photographs)."""
_MOST_ON_AVERAGE = 25.0


@dataclass(frozen=True)
class Fingerprint:
    """A small copy of a picture, (64, 64, 3), 0..255."""

    small: Cells

    @cached_property
    def middle(self) -> Cells:
        """(14, 14, 3): patches of the picture without its rim."""
        return _patches(self.small, _REACH, _REACH)

    @cached_property
    def mirrored(self) -> Fingerprint:
        return Fingerprint(np.ascontiguousarray(self.small[:, ::-1]))

    @cached_property
    def shifted(self) -> Cells:
        """(49, 14, 14, 3): the same patches for every shift within reach."""
        reach = range(2 * _REACH + 1)
        return np.stack([_patches(self.small, top, left) for top in reach for left in reach])


def fingerprint(pixels: Pixels) -> Fingerprint:
    """The fingerprint of a picture of any size."""
    small = Image.fromarray(pixels).resize((_SIDE, _SIDE), Image.Resampling.BOX)
    return Fingerprint(np.asarray(small, dtype=np.float32))


def are_twins(one: Fingerprint, other: Fingerprint) -> bool:
    """Whether two pictures are almost the same, as they are or mirrored."""
    return _near(one, other) or _near(one.mirrored, other)


def _near(one: Fingerprint, other: Fingerprint) -> bool:
    if float(np.abs(one.small - other.small).mean()) > _MOST_ON_AVERAGE:
        return False
    worst = np.abs(other.shifted - one.middle).max(axis=(1, 2, 3))
    return float(worst.min()) <= MOST_ANYWHERE


def _patches(small: Cells, top: int, left: int) -> Cells:
    """(14, 14, 3) means of patches, from a corner on."""
    span = _PATCHES * _PATCH
    part = small[top : top + span, left : left + span]
    means: Cells = part.reshape(_PATCHES, _PATCH, _PATCHES, _PATCH, 3).mean(axis=(1, 3))
    return means


def twin_groups(prints: Sequence[Fingerprint]) -> list[list[int]]:
    """Groups of two or more near-twins, as indices in order; twins of twins are in one group."""
    group = list(range(len(prints)))
    for later in range(len(prints)):
        for earlier in range(later):
            if group[earlier] != group[later] and are_twins(prints[earlier], prints[later]):
                old, new = group[later], group[earlier]
                group = [new if g == old else g for g in group]
    members: dict[int, list[int]] = {}
    for index, name in enumerate(group):
        members.setdefault(name, []).append(index)
    return [found for found in members.values() if len(found) > 1]

"""Repeats by which several characters are visited equally often; knows no tensors."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from castmates.training.data import Item


def balanced(
    members: Sequence[Sequence[Item]], visits: int | None = None
) -> list[tuple[Item, ...]]:
    """The pictures of each member, with repeats that sum to the same number for all.

    A picture's own repeats stay as proportions, to the nearest visit; what rounding leaves over is
    spread evenly over a member's pictures.

    Args:
        visits: of all members together in an epoch; None: the one with the most keeps its own.

    Returns:
        In the order of `members`. Where fewer visits are wanted than somebody has pictures, that
        one's are all visited once, and so are as many of the others'.
    """
    own = [sum(item.repeats for item in pictures) for pictures in members]
    wanted = max(own) if visits is None else round(visits / len(members))
    each = max(wanted, *(len(pictures) for pictures in members))
    return [
        tuple(
            replace(item, repeats=count)
            for item, count in zip(
                pictures, shared([i.repeats for i in pictures], each), strict=True
            )
        )
        for pictures in members
    ]


def shared(weights: Sequence[int], total: int) -> list[int]:
    """Whole numbers of at least 1 in proportion to the weights, with this sum.

    Bounds are rounded on the way (each picture gets what lies between two of them), so that what
    is left over is spread.
    """
    found = _parted(weights, total)
    if min(found) >= 1:
        return found
    return [1 + more for more in _parted(weights, total - len(weights))]


def _parted(weights: Sequence[int], total: int) -> list[int]:
    whole, so_far, bounds = sum(weights), 0, [0]
    for weight in weights:
        so_far += weight
        bounds.append((2 * total * so_far + whole) // (2 * whole))
    return [after - before for before, after in pairwise(bounds)]

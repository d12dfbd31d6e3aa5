"""Where everybody stands: boxes from words, heights and layers; draws nothing.

Everybody has a column of the picture, from left to right. Heights are relative: the tallest fills
the picture, the others keep their share of it, feet on one line. Behind is smaller and higher, in
front larger and lower.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from castmates.scenes.assignment import assigned
from castmates.scenes.reading import across, depth
from castmates.scenes.scene import Box, Figure

TOP, GROUND = 0.04, 1.0
"""Between them the tallest stands, in shares of the picture's height."""
SHORTEST = 0.5
"""Nobody is drawn shorter than this share of the tallest: faces would be lost."""
_NEAR = 0.12
"""How much larger somebody in front is, and lower; behind, smaller and higher."""
_GAP = 0.01


@dataclass(frozen=True)
class Stand:
    """Where somebody stands: a box in 0..1 of the picture, and a layer."""

    box: Box
    layer: int = 0


def stands(figures: Sequence[Figure], heights: Sequence[float | None]) -> tuple[Stand, ...]:
    """Where each figure stands; a box of its own is kept as it is.

    Args:
        heights: in centimetres, of each; None: as tall as the average of those that are known.
    """
    columns = _columns(figures)
    shares = shares_of(heights)
    count = len(figures)
    found = []
    for figure, column, share in zip(figures, columns, shares, strict=True):
        layer = layer_of(figure)
        if figure.box is not None:
            found.append(Stand(figure.box, layer))
            continue
        near = max(-2, min(2, layer)) * _NEAR
        high = (GROUND - TOP) * share * (1 + min(near, 0.0))
        ground = min(1.0, GROUND + min(near, 0.0) / 2)
        # Who is nearer or further away reaches into the neighbours' columns.
        half = (0.5 / count - _GAP) * (1 + abs(near))
        middle = (column + 0.5) / count
        left, right = max(0.0, middle - half), min(1.0, middle + half)
        found.append(Stand((left, max(0.0, ground - high), right, ground), layer))
    return tuple(found)


def layer_of(figure: Figure) -> int:
    """Which layer a figure is in: its own, else as its place says."""
    if figure.layer is not None:
        return figure.layer
    words = figure.place.lower()
    return next((layer for phrase, layer in depth().items() if phrase in words), 0)


def shares_of(heights: Sequence[float | None]) -> list[float]:
    """Each one's height as a share of the tallest's."""
    known = [height for height in heights if height is not None]
    if not known:
        return [1.0] * len(heights)
    usual = sum(known) / len(known)
    tall = [usual if height is None else height for height in heights]
    return [max(SHORTEST, height / max(tall)) for height in tall]


def _columns(figures: Sequence[Figure]) -> list[int]:
    """The column of each figure: those with words for it first, the others in their order."""
    count = len(figures)
    wanted = [_across(figure) for figure in figures]
    middles = (np.arange(count) + 0.5) / count
    said = [i for i, place in enumerate(wanted) if place is not None]
    gains = np.array([[-abs(float(wanted[i] or 0.0) - m) for m in middles] for i in said])
    columns = dict.fromkeys(range(count), -1)
    for row, column in assigned(gains) if said else ():
        columns[said[row]] = column
    free = iter(sorted(set(range(count)) - set(columns.values())))
    return [columns[i] if columns[i] >= 0 else next(free) for i in range(count)]


def _across(figure: Figure) -> float | None:
    """Where a figure wants to stand, 0..1 from left to right; None: anywhere."""
    if figure.box is not None:
        return (figure.box[0] + figure.box[2]) / 2
    words = figure.place.lower()
    phrases = sorted(across(), key=len, reverse=True)
    return next((across()[phrase] for phrase in phrases if phrase in words), None)

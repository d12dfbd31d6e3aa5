"""Find pictures that are one picture: pressed, resized, mirrored, moved or cut; knows no folders.

What the sieves leave is laid over each other, and then the worst place decides: a smile turned
round is a large difference in one place, and such a pair is no pair of twins.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from castmates.pictures.aligning import Grey, Laid, Window, refined, through, windows
from castmates.pictures.prints import Print
from castmates.pictures.sieves import candidates

_ALIKE = 0.88
"""Correlation, at the best window, below which nothing is laid over anything."""
_WORST = 2.2
"""What the worst place may differ, in units of 6 grey levels and a tenth of the slope there. Twins
stay below 1.9; another mouth on a small figure has 3.5 and more (measured on drawn pictures)."""
_TINT = 12.0
"""Difference of colour, 0..255, in the worst of 256 places."""

Kind = Literal["same", "mirrored", "shifted", "cropped"]


@dataclass(frozen=True)
class Kin:
    """Two twins, as indices, and what the second did to the first."""

    first: int
    second: int
    kind: Kind


def pairs(prints: Sequence[Print]) -> list[Kin]:
    """Every pair of twins among the prints, in order."""
    found: dict[tuple[int, int], Kin] = {}
    turned: dict[int, Print] = {}
    for first, second, mirror in candidates(prints):
        if (first, second) in found:
            continue
        other = prints[second]
        if mirror:
            other = turned.setdefault(second, other.mirrored)
        laid = laid_together(prints[first], other)
        if laid is not None:
            found[first, second] = Kin(first, second, "mirrored" if mirror else _kind(laid.window))
    return sorted(found.values(), key=lambda kin: (kin.first, kin.second))


def clusters(prints: Sequence[Print]) -> list[tuple[list[int], list[Kin]]]:
    """Groups of twins, as indices in order, with their pairs; twins of twins are in one group.

    Of prints that are the same to the byte only the first is laid over others, so that a thousand
    copies of one picture cost no more than one.
    """
    kept, kin = _told_apart(prints)
    for pair in pairs([prints[index] for index in kept]):
        kin.append(replace(pair, first=kept[pair.first], second=kept[pair.second]))
    root = list(range(len(prints)))

    def top(index: int) -> int:
        while root[index] != index:
            root[index] = root[root[index]]
            index = root[index]
        return index

    for pair in kin:
        one, other = sorted((top(pair.first), top(pair.second)))
        root[other] = one
    groups: dict[int, tuple[list[int], list[Kin]]] = {}
    for index in sorted({i for pair in kin for i in (pair.first, pair.second)}):
        groups.setdefault(top(index), ([], []))[0].append(index)
    for pair in sorted(kin, key=lambda kin: (kin.first, kin.second)):
        groups[top(pair.first)][1].append(pair)
    return list(groups.values())


def _told_apart(prints: Sequence[Print]) -> tuple[list[int], list[Kin]]:
    """The first of each print, and every later one as its twin."""
    first: dict[bytes, int] = {}
    kin = []
    for index, one in enumerate(prints):
        known = first.setdefault(one.grey.tobytes() + one.tints.tobytes(), index)
        if known != index:
            kin.append(Kin(known, index, "same"))
    return list(first.values()), kin


def laid_together(one: Print, other: Print) -> Laid | None:
    """One print laid over the other, whichever is the part of which; None: they are no twins."""
    ways = []
    for first, second in ((one, other), (other, one)):
        alike = first.views @ second.whole
        best = int(alike.argmax())
        ways.append((float(alike[best]), best, first, second))
    alike_most, best, first, second = max(ways, key=lambda way: way[0])
    if alike_most < _ALIKE:
        return None
    laid = refined(first.levels, second.levels, windows()[best])
    if worst(laid, second.levels) > _WORST or _tint(laid.window, first, second) > _TINT:
        return None
    return laid


def worst(laid: Laid, under: Grey) -> float:
    """How much the worst place differs, in units of what another size or JPEG may do to it."""
    if laid.valid.mean() < 0.6:
        return float("inf")
    slope_y, slope_x = np.gradient(under)
    apart = np.abs(_smooth(laid.over - under)) / (6 + 0.1 * _smooth(np.hypot(slope_x, slope_y)))
    return float(apart[laid.valid].max())


def _smooth(values: Grey) -> Grey:
    """Means of 3 x 3 places, the middle counting most."""
    padded = np.pad(values, 1, mode="edge")
    rows = 0.25 * padded[:-2] + 0.5 * padded[1:-1] + 0.25 * padded[2:]
    smooth: Grey = 0.25 * rows[:, :-2] + 0.5 * rows[:, 1:-1] + 0.25 * rows[:, 2:]
    return smooth


def _tint(window: Window, first: Print, second: Print) -> float:
    """The largest difference of colour inside, each place against its like nearby."""
    apart = []
    for channel in (0, 1):
        laid = through(first.tints[..., channel].astype(np.float32), window)
        wrong = np.abs(_smooth(laid.over - second.tints[..., channel]))
        apart.append(float(wrong[laid.valid].max()) if laid.valid.any() else 0.0)
    return max(apart)


def _kind(window: Window) -> Kind:
    scales = (window.across[0], window.down[0])
    if max(abs(scale - 1) for scale in scales) > 0.015:
        return "cropped"
    moved = max(abs(window.across[1]), abs(window.down[1]))
    return "shifted" if moved > 0.004 else "same"

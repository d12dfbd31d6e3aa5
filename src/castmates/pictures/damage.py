"""Measure what copying did to a picture: blocks of JPEG, bars at its sides; knows no folders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from castmates.core.ports import Pixels

BLOCKY = 2.8
"""Blockiness from which a person sees the blocks."""
_EDGE = 24.0
_EVEN, _STRAY = 8.0, 24.0
_DIFFERS, _MOSTLY, _ALL = 12.0, 0.6, 0.9
_SMEAR = 0.04
_THINNEST, _THICKEST = 0.012, 0.45
_SHADES = (8.0, 247.0)
_BLOCK = 32
"""Lines that are looked at together."""

Plane = NDArray[np.float32]


def blockiness(pixels: Pixels) -> float:
    """Steps between pixels at the borders of an 8 x 8 grid, over those inside it; about 1: no grid.

    The grid may lie anywhere, since pictures are cut: the strongest of the eight places is taken
    against the mean of the others. Real edges are left out, as JPEG's steps are small. After
    Z. Wang, H. R. Sheikh and A. C. Bovik, "No-reference perceptual quality assessment of JPEG
    compressed images", 2002.
    """
    luma = (pixels[..., :3] @ np.array([0.299, 0.587, 0.114], np.float32)).astype(np.float32)
    found = [_along(luma), _along(np.ascontiguousarray(luma.T))]
    return float(np.sqrt(found[0] * found[1]))


def _along(luma: Plane) -> float:
    """The ratio for the borders between columns."""
    if luma.shape[1] < 33:
        return 1.0
    steps = np.abs(np.diff(luma, axis=1))
    # What stands out against both neighbours: a slope has equal steps side by side.
    alone = steps[:, 1:-1] - 0.5 * (steps[:, :-2] + steps[:, 2:])
    alone = np.where(steps[:, 1:-1] < _EDGE, alone, 0.0).clip(0.0, None)
    width = alone.shape[1] // 8 * 8
    # The median over the grid: one upright line of the picture itself stands in one column only.
    by_place = np.median(alone.mean(axis=0)[:width].reshape(-1, 8), axis=0)
    top = int(by_place.argmax())
    rest = float(np.delete(by_place, top).mean())
    return (float(by_place[top]) + 0.02) / (rest + 0.02)


@dataclass(frozen=True)
class Bars:
    """Even bars at a picture's sides, in pixels; 0 where there is none."""

    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0

    @property
    def any(self) -> bool:
        return any((self.top, self.bottom, self.left, self.right))


def bars(pixels: Pixels) -> Bars:
    """Bars of one colour that somebody put around a picture, whatever the colour.

    A bar ends all along its length at once, which tells it from plain paper behind a figure. Two
    bars face each other in the same colour; a single one counts when it is black or white and ends
    sharply.
    """
    top, bottom = _facing(pixels)
    left, right = _facing(pixels[top : len(pixels) - bottom].transpose(1, 0, 2))
    return Bars(top=top, bottom=bottom, left=left, right=right)


def _facing(lines: Pixels) -> tuple[int, int]:
    """How many lines are bar at the beginning and at the end."""
    if len(lines) < 8 or lines.shape[1] < 8:
        return 0, 0
    first, last = _run(lines), _run(lines[::-1])
    if first.length and last.length and float(np.abs(first.colour - last.colour).max()) <= _STRAY:
        return first.length, last.length
    return (first.length if first.alone else 0), (last.length if last.alone else 0)


@dataclass(frozen=True, eq=False)
class _Run:
    """Even lines at the beginning; `alone`: a bar even if none faces it."""

    length: int
    colour: Plane
    alone: bool


def _run(lines: Pixels) -> _Run:
    colour: Plane = np.median(lines[0], axis=0).astype(np.float32)
    sure = _even_lines(lines, colour)
    # JPEG smears a bar's end over some lines, colours more than greys.
    until = sure + max(3, round(_SMEAR * len(lines)))
    if not sure or sure > _THICKEST * len(lines):
        return _Run(0, colour, False)
    share = (_apart(lines[sure:until], colour) > _DIFFERS).mean(axis=1)
    length = sure + int((share >= _MOSTLY).argmax()) if (share >= _MOSTLY).any() else 0
    if not _THINNEST * len(lines) <= length <= _THICKEST * len(lines):
        return _Run(0, colour, False)
    return _Run(length, colour, _plain(colour) and bool((share[:3] >= _ALL).any()))


def _even_lines(lines: Pixels, colour: Plane) -> int:
    """How many lines at the beginning have this colour all along.

    Most pictures have none, so only as many lines are looked at as it takes.
    """
    for at in range(0, len(lines), _BLOCK):
        apart = _apart(lines[at : at + _BLOCK], colour)
        even = (apart.mean(axis=1) <= _EVEN) & (apart.max(axis=1) <= _STRAY)
        if not even.all():
            return at + int(even.argmin())
    return len(lines)


def _apart(lines: Pixels, colour: Plane) -> Plane:
    """(lines, length): how far each pixel is from a colour, in its worst channel."""
    apart: Plane = np.abs(lines.astype(np.float32) - colour).max(axis=2)
    return apart


def _plain(colour: Plane) -> bool:
    return bool((colour <= _SHADES[0]).all() or (colour >= _SHADES[1]).all())

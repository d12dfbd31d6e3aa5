"""Put cut-out figures on one common background, so that there is no seam; knows nobody.

After the composites of Seg-Mix (Jang et al. 2024, 2404.04243): places and scales vary, figures may
overlap, and the background of pasted pictures counts less in training.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from castmates.core.ports import Found, Pixels
from castmates.core.types import Size
from castmates.scenes.joining import Piece, Weights

Floats = NDArray[np.float32]
BACKGROUND = 77
"""Weight of what is not a figure: 0.3 of 255."""
_GROUND = 0.94
_TALLEST = (0.7, 0.9)
_FEATHER = 1 / 256
_NEAR_FOOT, _NEAR = 0.05, 0.01


def pasted(
    pieces: Sequence[Piece], heights: Sequence[float], behind: Piece, size: Size, chance: Random
) -> tuple[Pixels, Weights]:
    """The figures from left to right before a background, and how much each pixel counts.

    The tallest fills 0.7 to 0.9 of the height, the others stand to it as their heights do; all on
    one ground. Who is in front is chance. Edges are feathered.

    Args:
        pieces: with found figures that have masks.
        heights: relative ones.
        behind: the picture whose colours the background has (`backdrop`).
    """
    canvas = backdrop(behind, size).astype(np.float32)
    covered = np.zeros((size.height, size.width), np.float32)
    tallest = chance.uniform(*_TALLEST) * size.height / max(heights)
    wide = size.width / len(pieces)
    for place in chance.sample(range(len(pieces)), len(pieces)):
        colours, alpha = _figure(pieces[place], tallest * heights[place], 1.25 * wide, size)
        high, broad = alpha.shape
        middle = wide * (place + 0.5 + chance.uniform(-0.12, 0.12))
        low = size.height if _is_cut(pieces[place]) else round(size.height * _GROUND)
        x = max(0, min(size.width - broad, round(middle - broad / 2)))
        y = max(0, low - high)
        there = (slice(y, y + high), slice(x, x + broad))
        share = alpha[..., None]
        canvas[there] = canvas[there] * (1 - share) + colours * share
        covered[there] = np.maximum(covered[there], alpha)
    weights = BACKGROUND + (255 - BACKGROUND) * covered
    return canvas.round().astype(np.uint8), weights.round().astype(np.uint8)


def can_be_cut(piece: Piece) -> bool:
    """Whether there is a mask, and the figure ends inside its picture on top and on both sides."""
    found = piece.found
    if found is None or found.mask is None:
        return False
    height, width = piece.pixels.shape[:2]
    left, top, right, _ = found.box
    return bool(top >= _NEAR * height and _NEAR * width <= left and right <= (1 - _NEAR) * width)


def backdrop(piece: Piece, size: Size) -> Pixels:
    """The colours around a figure from top to bottom, without what they show."""
    rows, found = piece.pixels.astype(np.float32), piece.found
    mask = found.mask if found is not None else None
    free = np.ones(rows.shape[:2], np.bool_) if mask is None else ~mask
    whole = np.median(rows[free] if free.any() else rows.reshape(-1, 3), axis=0)
    strips = np.array_split(np.arange(len(rows)), 6)
    tones = [_tone(rows[strip], free[strip], whole) for strip in strips]
    column = Image.fromarray(np.stack(tones)[:, None].round().astype(np.uint8))
    return np.asarray(column.resize((size.width, size.height), Image.Resampling.BICUBIC))


def _tone(strip: Floats, free: NDArray[np.bool_], whole: Floats) -> Floats:
    tone: Floats = np.median(strip[free], axis=0) if free.any() else whole
    return tone


def _figure(piece: Piece, high: float, most_wide: float, size: Size) -> tuple[Floats, Floats]:
    """The figure's colours and opacity, cut to its box and scaled."""
    found, mask = _masked(piece)
    left, top, right, bottom = (round(edge) for edge in found.box)
    scale = min(high / max(1, bottom - top), most_wide / max(1, right - left))
    wide = max(1, min(size.width, round((right - left) * scale)))
    tall = max(1, min(size.height, round((bottom - top) * scale)))
    inside = (slice(top, bottom), slice(left, right))
    colours = Image.fromarray(np.ascontiguousarray(piece.pixels[inside]))
    opacity = Image.fromarray(np.where(mask[inside], 255, 0).astype(np.uint8))
    colours = colours.resize((wide, tall), Image.Resampling.LANCZOS)
    opacity = opacity.resize((wide, tall), Image.Resampling.BILINEAR)
    soft = opacity.filter(ImageFilter.GaussianBlur(max(0.5, size.height * _FEATHER)))
    # Feathered inwards: what lay around the figure in its own picture must not come along.
    alpha = np.clip(2 * np.asarray(soft, np.float32) / 255 - 1, 0, 1).astype(np.float32)
    return np.asarray(colours, np.float32), alpha


def _masked(piece: Piece) -> tuple[Found, NDArray[np.bool_]]:
    if piece.found is None or piece.found.mask is None:
        raise ValueError("a figure without a mask cannot be cut out")
    return piece.found, piece.found.mask


def _is_cut(piece: Piece) -> bool:
    """Whether the figure goes on below its own picture: no feet are seen."""
    found, _ = _masked(piece)
    return found.box[3] > (1 - _NEAR_FOOT) * len(piece.pixels)

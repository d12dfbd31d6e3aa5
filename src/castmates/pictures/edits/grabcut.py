"""Follow the outline of a figure more closely by OpenCV's GrabCut; knows no finder.

A finder's mask is coarse on large photographs, and some finders know boxes only. GrabCut
(C. Rother, V. Kolmogorov, A. Blake, 2004) starts from either and cuts where the colours part.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from PIL import Image, ImageFilter

from castmates.core.ports import Pixels
from castmates.files.colours import Alpha
from castmates.pictures.edits.figures import Figures
from castmates.pictures.edits.opencv import opencv
from castmates.pictures.edits.steps import Box

_ROUNDS = 5
_SIDE = 640
"""Larger pictures are cut at this size: GrabCut's time grows faster than the picture."""
_UNSURE = 1 / 40
"""Half the width of the band along an outline that is decided anew, as a share of the long side."""
_ISLAND = 0.15
"""Share of the largest piece under which a piece is a stray bit of background."""
_SURELY_NOT, _SURELY, _HARDLY, _LIKELY = 0, 1, 2, 3


def tool() -> Any:
    """OpenCV. Raises Missing: it is not installed."""
    return opencv("Following an outline by grabcut")


def refined(pixels: Pixels, figures: Figures) -> Figures:
    """The same figures with closer outlines; boxes become outlines.

    Raises:
        Missing: OpenCV is not installed.
    """
    cv2 = tool()
    height, width = pixels.shape[:2]
    labels = np.zeros((height, width), np.uint8)
    boxes = list(figures.boxes)
    # The largest last: where two claim a pixel, the larger one stands in front as a rule.
    for whom in range(len(boxes), 0, -1):
        mask = figures.mask(whom, width, height)
        assert mask is not None
        mine = _cut(cv2, pixels, mask, boxed=figures.labels is None)
        if figures.labels is not None:
            mine &= (figures.labels == 0) | (figures.labels == whom)
        if mine.any():
            labels[mine] = whom
    tight = [_tight(labels == whom) or boxes[whom - 1] for whom in range(1, len(boxes) + 1)]
    return Figures(tuple(tight), labels)


def _cut(cv2: Any, pixels: Pixels, mask: Alpha, *, boxed: bool) -> Any:
    height, width = mask.shape
    scale = min(1.0, _SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    small = np.array(Image.fromarray(pixels).resize(size, Image.Resampling.BOX))
    inside = np.array(Image.fromarray(mask).resize(size, Image.Resampling.BILINEAR)) >= 128
    hints = _from_box(inside) if boxed else _from_mask(inside)
    if not (hints == _LIKELY).any() and not (hints == _SURELY).any():
        return mask >= 128
    if not np.isin(hints, (_SURELY_NOT, _HARDLY)).any():
        return mask >= 128
    # GrabCut sets its mixtures up by chance.
    cv2.setRNGSeed(0)
    models = np.zeros((1, 65)), np.zeros((1, 65))
    bgr = np.ascontiguousarray(small[..., ::-1])
    cv2.grabCut(bgr, hints, None, *models, _ROUNDS, cv2.GC_INIT_WITH_MASK)
    found = np.where(np.isin(hints, (_SURELY, _LIKELY)), 255, 0).astype(np.uint8)
    found = _pieces(cv2, found, hints == _SURELY)
    whole = Image.fromarray(found).filter(ImageFilter.MedianFilter(5))
    return np.array(whole.resize((width, height), Image.Resampling.BICUBIC)) >= 128


def _pieces(cv2: Any, found: Alpha, sure: Any) -> Alpha:
    """Without the pieces that are small and hold nothing that was sure before."""
    count, pieces, stats, _ = cv2.connectedComponentsWithStats(found, connectivity=8)
    if count < 2:
        return found
    areas = stats[:, cv2.CC_STAT_AREA]
    large = areas >= _ISLAND * areas[1:].max()
    held = np.isin(np.arange(count), np.unique(pieces[sure]))
    stays = large | held
    stays[0] = False
    return np.where(stays[pieces], 255, 0).astype(np.uint8)


def _from_box(inside: Any) -> Alpha:
    return np.where(inside, _LIKELY, _SURELY_NOT).astype(np.uint8)


def _from_mask(inside: Any) -> Alpha:
    """Sure where the mask's edge is far away."""
    band = 2 * max(2, round(_UNSURE * max(inside.shape))) + 1
    plain = Image.fromarray(np.where(inside, 255, 0).astype(np.uint8))
    core = np.array(plain.filter(ImageFilter.MinFilter(band))) == 255
    near = np.array(plain.filter(ImageFilter.MaxFilter(band))) == 255
    hints = np.where(inside, _LIKELY, _HARDLY).astype(np.uint8)
    hints[core], hints[~near] = _SURELY, _SURELY_NOT
    return hints


def _tight(mask: Any) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    if not rows.size:
        return None
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1

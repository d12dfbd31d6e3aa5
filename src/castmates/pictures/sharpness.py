"""Measure how sharp pictures are, beside each other; knows no folders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels

_SIDE = 256
FEWEST = 5
"""Pictures from which "blurrier than the others" says something."""
BLURRY = 0.2
"""Share of the median sharpness below which a picture counts as blurry."""


def sharpness(pixels: Pixels) -> float:
    """Variance of the Laplacian over variance of the grey values, at a common size.

    The ratio does not depend on contrast; a flat picture has 0.
    (J. L. Pech-Pacheco et al., "Diatom autofocusing in brightfield microscopy", 2000.)
    """
    scale = _SIDE / max(pixels.shape[:2])
    height, width = (max(round(n * scale), 3) for n in pixels.shape[:2])
    grey = Image.fromarray(pixels).convert("L").resize((width, height), Image.Resampling.BOX)
    v = np.asarray(grey, dtype=np.float64)
    spread = float(v.var())
    if spread < 1.0:
        return 0.0
    laplacian = v[:-2, 1:-1] + v[2:, 1:-1] + v[1:-1, :-2] + v[1:-1, 2:] - 4 * v[1:-1, 1:-1]
    return float(laplacian.var()) / spread


SOFT = 0.58
"""Softness from which a picture is blurred, whatever the others are."""


def softness(pixels: Pixels, side: int) -> float:
    """How blurred a picture is at the size it will be trained at: 0 crisp to 1 fog.

    Blurring a crisp picture again changes its steps between pixels much, blurring a soft one little
    (F. Crete et al., "The blur effect: perception and estimation with a new no-reference perceptual
    blur metric", 2007). Measured at the size of training: a large soft photograph may be crisp
    there.

    Args:
        side: the base's native size; the long side of larger pictures is brought to it.
    """
    height, width = pixels.shape[:2]
    scale = min(1.0, side / max(height, width))
    shape = (max(round(width * scale), 3), max(round(height * scale), 3))
    picture = Image.fromarray(pixels).convert("L")
    if scale < 1:
        picture = picture.resize(shape, Image.Resampling.BOX)
    grey = np.asarray(picture, dtype=np.float32)
    return max(_softness_along(grey), _softness_along(np.ascontiguousarray(grey.T)))


def _softness_along(grey: NDArray[np.float32]) -> float:
    width = 9
    if grey.shape[1] <= width:
        return 0.0
    padded = np.pad(grey, ((0, 0), (width // 2, width // 2)), mode="edge")
    sums = np.cumsum(np.pad(padded, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    blurred = (sums[:, width:] - sums[:, :-width]) / width
    steps, steps_after = np.abs(np.diff(grey)), np.abs(np.diff(blurred))
    total = float(steps.sum())
    if total < grey.size * 0.05:
        return 0.0
    lost = float(np.maximum(steps - steps_after, 0).sum())
    return (total - lost) / total


def blurry(values: Sequence[float]) -> list[int]:
    """Which pictures are much less sharp than the others, as indices; [] for fewer than 5."""
    if len(values) < FEWEST:
        return []
    median = float(np.median(values))
    return [i for i, value in enumerate(values) if value < BLURRY * median]

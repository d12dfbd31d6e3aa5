"""Measure how sharp pictures are, beside each other; knows no folders."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
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


def blurry(values: Sequence[float]) -> list[int]:
    """Which pictures are much less sharp than the others, as indices; [] for fewer than 5."""
    if len(values) < FEWEST:
        return []
    median = float(np.median(values))
    return [i for i, value in enumerate(values) if value < BLURRY * median]

"""Put another background behind a figure; knows no files and no finder.

A mask ends inside the pixels where figure and background are mixed. So the edge is softened by
about a pixel, and colours in it are taken from inside the figure, or the old background would stay
as a seam.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from castmates.core.ports import Pixels
from castmates.files.colours import Alpha

_SOFT = 1 / 1500
"""How far the edge is softened, as a share of the long side; at least `_LEAST` pixels."""
_LEAST = 0.7
_BLUR = 1 / 25
"""How strongly a background is blurred (sigma), as a share of the long side."""
_TAPS = 4.0

Floats = NDArray[np.float32]


def on_colour(pixels: Pixels, figure: Alpha, colour: tuple[int, int, int]) -> tuple[Pixels, Alpha]:
    """The figure on one colour, and how opaque its softened outline is."""
    soft = _soft(figure)
    paper = np.broadcast_to(np.array(colour, np.float32), pixels.shape)
    return _composed(_cleaned(pixels, figure), soft, paper), soft


def on_blur(pixels: Pixels, figure: Alpha, everybody: Alpha) -> Pixels:
    """The figure before its own background, out of focus; no colour of anybody runs into it."""
    sigma = _BLUR * max(pixels.shape[:2])
    outside: Floats = (255 - _grown(everybody, 2)).astype(np.float32) / np.float32(255)
    behind = spread(pixels, outside, sigma)
    return _composed(_cleaned(pixels, figure), _soft(figure), behind)


def spread(pixels: Pixels, weights: Floats, sigma: float) -> Floats:
    """Gaussian blur of the weighted pixels only (normalised convolution; H. Knutsson and
    C.-F. Westin, 1993), computed coarsely: a blur has no detail to lose.

    Args:
        weights: (H, W), 0..1.
        sigma: in pixels.

    Returns:
        (H, W, 3) float32, 0..255.
    """
    height, width = weights.shape
    step = max(1.0, sigma / 4)
    size = (max(1, round(width / step)), max(1, round(height / step)))
    planes: list[Floats] = [(pixels[..., c] * weights).astype(np.float32) for c in range(3)]
    planes.append(weights)
    small = [_resized(plane, size, Image.Resampling.BOX) for plane in planes]
    blurred = [_gauss(plane, sigma / step) for plane in small]
    share: Floats = np.maximum(blurred[3], np.float32(1e-6))
    colours = [
        _resized(np.asarray(p / share, np.float32), (width, height), Image.Resampling.BILINEAR)
        for p in blurred[:3]
    ]
    result: Floats = np.clip(np.stack(colours, axis=-1), 0, 255).astype(np.float32)
    return result


def _gauss(plane: Floats, sigma: float) -> Floats:
    reach = max(1, int(_TAPS * sigma))
    taps = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    taps = (taps / taps.sum()).astype(np.float32)
    for axis in (0, 1):
        room = [(reach, reach) if a == axis else (0, 0) for a in (0, 1)]
        padded = np.pad(plane, room, mode="edge")
        length = plane.shape[axis]
        parts = (
            tap * np.take(padded, range(k, k + length), axis=axis) for k, tap in enumerate(taps)
        )
        plane = np.asarray(sum(parts), np.float32)
    return plane


def _resized(plane: Floats, size: tuple[int, int], how: Image.Resampling) -> Floats:
    picture = Image.fromarray(np.ascontiguousarray(plane, np.float32))
    return np.asarray(picture.resize(size, how), np.float32)


def _soft(figure: Alpha) -> Alpha:
    radius = max(_LEAST, _SOFT * max(figure.shape))
    softened = Image.fromarray(figure).filter(ImageFilter.GaussianBlur(radius))
    return np.array(softened)


def _grown(figure: Alpha, pixels: int) -> Alpha:
    return np.array(Image.fromarray(figure).filter(ImageFilter.MaxFilter(2 * pixels + 1)))


def _cleaned(pixels: Pixels, figure: Alpha) -> Floats:
    """The pixels, but along the figure's outline with the colours just inside of it."""
    reach = max(1, round(2 * max(_LEAST, _SOFT * max(figure.shape))))
    core = np.array(Image.fromarray(figure).filter(ImageFilter.MinFilter(2 * reach + 1)))
    inside: Floats = core.astype(np.float32) / np.float32(255)
    near = spread(pixels, inside, float(reach))
    known = _gauss(inside, float(reach)) > 1e-3
    rim = (core < 128) & known
    return np.where(rim[..., None], near, pixels.astype(np.float32))


def _composed(front: Floats, soft: Alpha, behind: Floats) -> Pixels:
    share = soft.astype(np.float32)[..., None] / 255
    mixed: Pixels = np.rint(front * share + behind * (1 - share)).astype(np.uint8)
    return mixed

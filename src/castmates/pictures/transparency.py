"""Give a picture that was laid on white its transparency back; knows no files."""

from __future__ import annotations

import io
from functools import cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from castmates.core.ports import Pixels
from castmates.files.colours import Alpha


def as_rgba(pixels: Pixels, alpha: Alpha) -> bytes:
    """(H, W, 3) and (H, W) uint8 as the bytes of a lossless PNG with an alpha channel."""
    stream = io.BytesIO()
    whole = np.dstack([pixels, alpha])
    Image.fromarray(np.ascontiguousarray(whole)).save(stream, "PNG", compress_level=3)
    return stream.getvalue()


def unflattened(pixels: Pixels, alpha: Alpha) -> Pixels:
    """The colours that, laid on white with this alpha, give these pixels again.

    Pixels that no colour gives were not laid on white, as somebody made a mask of their own; they
    stay as they are.

    Args:
        pixels: (H, W, 3) uint8.
        alpha: (H, W) uint8.
    """
    return _inverse()[alpha[..., None], pixels]


@cache
def _inverse() -> NDArray[np.uint8]:
    """(256, 256): alpha, value on white -> the colour value before."""
    values = np.arange(256, dtype=np.uint8)
    colours, alphas = np.meshgrid(values, values)
    whole = Image.fromarray(np.dstack([colours, colours, colours, alphas]))
    paper = Image.new("RGBA", whole.size, "white")
    on_white = np.asarray(Image.alpha_composite(paper, whole))[..., 0]
    table = np.empty((256, 256), np.uint8)
    for alpha in range(256):
        fits = on_white[alpha][None, :] == values[:, None]
        # Of several that fit, the lightest: what is clear becomes white.
        table[alpha] = np.where(fits.any(axis=1), 255 - fits[:, ::-1].argmax(axis=1), values)
    return table

"""Turn any kind of picture into flat sRGB; knows no files."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageCms, ImageOps

from castmates.core.ports import Pixels

_WITH_ALPHA = ("RGBA", "LA", "PA", "RGBa", "La")
_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")


def flattened(picture: Image.Image) -> Pixels:
    """(H, W, 3) uint8 sRGB: upright, colour-managed, alpha on white.

    The picture must be loaded.
    """
    upright = ImageOps.exif_transpose(picture)
    profile = picture.info.get("icc_profile")
    if upright.mode in _DEEP:
        upright = _eight_bits(upright)
    if upright.mode in _WITH_ALPHA or "transparency" in upright.info:
        upright = _on_white(upright.convert("RGBA"))
    elif upright.mode == "P":
        upright = upright.convert("RGB")
    return np.array(_in_srgb(upright, profile), dtype=np.uint8)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Greys of 16 or 32 bits, or floats, as 8 bits."""
    values = np.asarray(picture).astype(np.float64)
    values = np.nan_to_num(values, posinf=0.0, neginf=0.0)
    top = float(values.max(initial=0.0))
    if picture.mode == "F":
        full = 1.0 if top <= 1.0 else (255.0 if top <= 255.0 else top)
    elif picture.mode == "I":
        full = 255.0 if top <= 255.0 else (65535.0 if top <= 65535.0 else top)
    else:
        full = 65535.0
    grey = np.clip(np.rint(values * (255.0 / full)), 0, 255).astype(np.uint8)
    return Image.fromarray(grey)


def _on_white(picture: Image.Image) -> Image.Image:
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile or picture.mode not in ("RGB", "L", "CMYK"):
        return picture.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = ImageCms.createProfile("sRGB")
        turned = ImageCms.profileToProfile(picture, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A damaged profile, or one for another kind of picture: plain values are the best guess.
        return picture.convert("RGB")
    return turned if turned is not None else picture.convert("RGB")

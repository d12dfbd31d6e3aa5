"""Turn any kind of picture into flat sRGB, its transparency apart; knows no files."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageCms, ImageOps

from castmates.core.ports import Pixels

Alpha = NDArray[np.uint8]
"""How opaque a picture is: (height, width), 0 (clear) .. 255."""

_DEEP = ("I", "F", "I;16", "I;16L", "I;16B", "I;16N")
_ORIENTATION = 0x0112
_PREMULTIPLIED = {"RGBa": "RGBA", "La": "LA"}


@dataclass(frozen=True, eq=False)
class Flat:
    """A picture on white, (H, W, 3) uint8 sRGB, and its alpha; None: opaque all over."""

    pixels: Pixels
    alpha: Alpha | None


def flat(picture: Image.Image) -> Flat:
    """Upright, colour-managed, 8 bits, on white.

    The picture must be loaded.
    """
    # `exif_transpose` copies the picture also where there is nothing to turn.
    turned = picture.getexif().get(_ORIENTATION, 1) != 1
    upright = ImageOps.exif_transpose(picture) if turned else picture
    profile = picture.info.get("icc_profile")
    if upright.mode in _DEEP:
        upright = _eight_bits(upright)
    colours, alpha = _parted(upright)
    painted = _in_srgb(colours, profile)
    if alpha is None or alpha.getextrema() == (255, 255):
        return Flat(np.array(painted, dtype=np.uint8), None)
    on_white = _on_white(painted, alpha)
    return Flat(np.array(on_white, dtype=np.uint8), np.array(alpha, dtype=np.uint8))


def flattened(picture: Image.Image) -> Pixels:
    """Only the pixels of `flat`: (H, W, 3) uint8 sRGB, alpha on white."""
    return flat(picture).pixels


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


def _parted(picture: Image.Image) -> tuple[Image.Image, Any]:
    """The colours without alpha, and the alpha as a picture of mode L (None: there is none).

    Greys stay greys, because a grey picture's profile fits greys only.
    """
    mode = _PREMULTIPLIED.get(picture.mode, picture.mode)
    if "transparency" in picture.info and mode in ("1", "L", "RGB", "P"):
        mode = "LA" if mode == "L" else "RGBA"
    elif mode == "PA":
        mode = "RGBA"
    if mode not in ("RGBA", "LA"):
        return (picture.convert("RGB") if mode == "P" else picture), None
    whole = picture if picture.mode == mode else picture.convert(mode)
    bands = whole.split()
    colours = bands[0] if mode == "LA" else Image.merge("RGB", bands[:3])
    return colours, bands[-1]


def _on_white(colours: Image.Image, alpha: Image.Image) -> Image.Image:
    picture = Image.merge("RGBA", (*colours.split(), alpha))
    paper = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(paper, picture).convert("RGB")


def _in_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    if picture.mode == "LAB":
        turned = _turned(picture, ImageCms.createProfile("LAB"))
        return turned if turned is not None else picture.convert("RGB")
    if not profile or picture.mode not in ("RGB", "L", "CMYK"):
        return picture if picture.mode == "RGB" else picture.convert("RGB")
    try:
        turned = _turned(picture, ImageCms.ImageCmsProfile(io.BytesIO(profile)))
    except (ImageCms.PyCMSError, OSError, ValueError):
        # A damaged profile, or one for another kind of picture: plain values are the best guess.
        return picture.convert("RGB")
    return turned if turned is not None else picture.convert("RGB")


def _turned(picture: Image.Image, source: Any) -> Image.Image | None:
    target = ImageCms.createProfile("sRGB")
    return ImageCms.profileToProfile(picture, source, target, outputMode="RGB")

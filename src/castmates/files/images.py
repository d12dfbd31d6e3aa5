"""Pictures from and to disk, as sRGB arrays; knows no model and no studio."""

from __future__ import annotations

import io
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from PIL import Image, PngImagePlugin

from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Pixels
from castmates.core.types import Size
from castmates.files import heic
from castmates.files.colours import Alpha
from castmates.files.decoding import decode
from castmates.files.reading import read_bytes
from castmates.files.writing import write_bytes

SUFFIXES = heic.SUFFIXES | frozenset(
    (".png", ".jpg", ".jpeg", ".jfif", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif")
)
"""Suffixes, lower case, of the pictures that can be read; HEIC with an extra package."""

_COMPRESSION = 3
"""Of PNGs: half the time of Pillow's usual 6 for a few per cent of size."""


def read(path: Path) -> Pixels:
    """A picture as (H, W, 3) uint8 sRGB, whatever it was.

    Turned as its EXIF says; ICC profiles, CMYK, 16 bit, palettes and greys become sRGB; alpha lies
    on white; of an animation the first frame.

    Raises:
        Missing: there is no such file, or HEIC and the package that reads it is not installed.
        BadInput: not a picture, broken, cut off, or far too large.
    """
    return decoded(read_bytes(Path(path)), Path(path))


def decoded(data: bytes, path: Path) -> Pixels:
    """The same from bytes that are read already; `path` names them in messages."""
    return decode(data, path).pixels


def write_png(path: Path, pixels: Pixels, text: Mapping[str, str] | None = None) -> None:
    """Write (H, W, 3) uint8 as a lossless PNG, atomically, with texts inside.

    Args:
        text: key -> words, kept in the PNG's text chunks ("parameters" is where A1111 looks).

    Raises:
        ValueError: the array is not (H, W, 3) uint8.
        CastmatesError: as in `writing.replacing`.
    """
    _demand(pixels)
    chunks = PngImagePlugin.PngInfo()
    for key, words in (text or {}).items():
        chunks.add_text(key, words)
    write_bytes(Path(path), _saved(pixels, "PNG", pnginfo=chunks, compress_level=_COMPRESSION))


def demand_png(path: Path) -> None:
    """Refuse, before long work begins, a path that no PNG can be written to in the end.

    Raises:
        BadInput: another suffix, a folder, or a file where its folder should be.
        Missing: there is no such folder.
    """
    path = Path(path)
    if path.suffix.lower() != ".png":
        raise BadInput(
            f"{path} is to be a PNG, but its name ends with '{path.suffix}'.",
            f"As in: {path.with_suffix('.png').name}",
        )
    if path.is_dir():
        raise BadInput(f"{path} is a folder; wanted a file.", f"As in: {path / 'sheet.png'}")
    if not path.parent.exists():
        raise Missing(
            f"There is no folder {path.parent} to write {path.name} into.",
            f"Run: mkdir {path.parent}",
        )


def write_mask(path: Path, alpha: Alpha) -> None:
    """Write (H, W) uint8 as a lossless grey PNG, atomically. Raises as `write_png`."""
    if alpha.dtype != np.uint8 or alpha.ndim != 2:
        raise ValueError(f"alpha is {alpha.dtype} {alpha.shape}; wanted uint8 (H, W)")
    write_bytes(Path(path), _saved(alpha, "PNG", compress_level=_COMPRESSION))


def as_png(pixels: Pixels) -> bytes:
    """(H, W, 3) uint8 as the bytes of a lossless PNG without texts. Raises ValueError."""
    _demand(pixels)
    return _saved(pixels, "PNG", compress_level=_COMPRESSION)


def as_jpeg(pixels: Pixels, quality: int = 95) -> bytes:
    """(H, W, 3) uint8 as the bytes of a JPEG with full colour resolution. Raises ValueError."""
    _demand(pixels)
    return _saved(pixels, "JPEG", quality=quality, subsampling=0)


def read_text(path: Path) -> dict[str, str]:
    """The texts inside a PNG; {} for other pictures.

    Raises:
        Missing: there is no such file.
        BadInput: not a picture, or broken.
    """
    try:
        with Image.open(io.BytesIO(read_bytes(Path(path)))) as picture:
            if not isinstance(picture, PngImagePlugin.PngImageFile):
                return {}
            # Texts may stand behind the pixels.
            picture.load()
            return {key: str(words) for key, words in picture.text.items()}
    except (OSError, ValueError, SyntaxError) as error:
        raise BadInput(f"{path} is not a picture that can be read.", "Give a PNG.") from error


def square(side: int) -> Size:
    """A square size, in pixels."""
    return Size(width=side, height=side)


def resized(pixels: Pixels, size: Size, fit: Literal["cover", "contain"] = "cover") -> Pixels:
    """A picture at another size (Lanczos, no distortion).

    Args:
        fit: `cover` fills the size and cuts what stands over, evenly; `contain` shows all of the
            picture and fills up with white, evenly.
    """
    height, width = pixels.shape[:2]
    if (width, height) == (size.width, size.height):
        return pixels
    picture = Image.fromarray(pixels)
    if fit == "contain":
        return _contained(picture, size)
    scale = max(size.width / width, size.height / height)
    left, top = (width - size.width / scale) / 2, (height - size.height / scale) / 2
    box = (max(left, 0.0), max(top, 0.0), min(width - left, width), min(height - top, height))
    # A copy, because what Pillow lends cannot be written to, and torch warns of such arrays.
    return np.array(picture.resize((size.width, size.height), Image.Resampling.LANCZOS, box=box))


def shrunk(pixels: Pixels, longest: int) -> Pixels:
    """The picture with its long side at most `longest` pixels; never enlarged."""
    height, width = pixels.shape[:2]
    if max(height, width) <= longest:
        return pixels
    scale = longest / max(height, width)
    shape = (max(round(width * scale), 1), max(round(height * scale), 1))
    return np.array(Image.fromarray(pixels).resize(shape, Image.Resampling.LANCZOS))


def _demand(pixels: Pixels) -> None:
    if pixels.dtype != np.uint8 or pixels.ndim != 3 or pixels.shape[2] != 3:
        raise ValueError(f"pixels are {pixels.dtype} {pixels.shape}; wanted uint8 (H, W, 3)")


def _saved(values: Pixels, kind: str, **options: Any) -> bytes:
    if kind == "PNG":
        # A third faster than zlib's usual matching: drawings get smaller, photos a sixth larger.
        options["compress_type"] = zlib.Z_RLE
    stream = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(values)).save(stream, format=kind, **options)
    return stream.getvalue()


def _contained(picture: Image.Image, size: Size) -> Pixels:
    scale = min(size.width / picture.width, size.height / picture.height)
    shape = (max(round(picture.width * scale), 1), max(round(picture.height * scale), 1))
    canvas = Image.new("RGB", (size.width, size.height), "white")
    corner = ((size.width - shape[0]) // 2, (size.height - shape[1]) // 2)
    canvas.paste(picture.resize(shape, Image.Resampling.LANCZOS), corner)
    return np.array(canvas)

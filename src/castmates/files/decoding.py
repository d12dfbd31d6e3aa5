"""Open the bytes of a picture and say what they hold beside the pixels; knows no folders."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PIL import Image

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.ports import Pixels
from castmates.files import heic
from castmates.files.colours import Alpha, flat

MOST_PIXELS = 160_000_000
"""A picture larger than this is refused: it is a mistake or an attack."""

_FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF", "TIFF", "AVIF")
_MOVING = frozenset(("PNG", "WEBP", "GIF", "TIFF", "AVIF"))
_ORIENTATION, _EXIF, _TAKEN, _FRACTION = 0x0112, 0x8769, 0x9003, 0x9291
_ON_THEIR_SIDE = (5, 6, 7, 8)


@dataclass(frozen=True, eq=False)
class Decoded:
    """What the bytes of a picture hold.

    Attributes:
        pixels: (H, W, 3) uint8 sRGB, upright, on white.
        alpha: (H, W) uint8; None: opaque all over.
        orientation: 1..8, as the camera noted it (EXIF 0x0112); applied to the pixels already.
        moving: there are more frames or pages; `pixels` is the first.
        taken: when the camera says the picture was taken (its own clock); None: unsaid.
    """

    pixels: Pixels
    alpha: Alpha | None
    orientation: int
    moving: bool
    taken: datetime | None


def decode(data: bytes, path: Path) -> Decoded:
    """Read the bytes of a picture; `path` names them in messages.

    Raises:
        BadInput: not a picture, broken, cut off, or far too large.
        Missing: HEIC, and the package that reads it is not installed.
    """
    if not data:
        raise BadInput(f"{path} is empty.", "Take it out, or put the picture back.")
    heic.make_ready(data, path)
    with warnings.catch_warnings():
        # Pillow warns of odd but readable EXIF and palettes; a user can do nothing about them.
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=_formats()) as picture:
                _refuse_huge(picture, path)
                picture.load()
                return _decoded(picture)
        except CastmatesError:
            raise
        except Image.DecompressionBombError as error:
            raise _huge(path, "more pixels than can be right") from error
        except Image.UnidentifiedImageError as error:
            raise BadInput(
                f"{path} is not a picture that can be read.",
                "Take it out, or export it as PNG or JPEG.",
            ) from error
        # Broken files raise whatever their decoder stumbles over; each of them means the same.
        except Exception as error:
            raise BadInput(
                f"{path} is broken: {str(error) or type(error).__name__}.",
                "Take it out, or put a whole copy in its place.",
            ) from error


def taken_at(data: bytes) -> datetime | None:
    """When a picture was taken, read without its pixels; None: unsaid, or no picture."""
    if heic.is_heic(data) and not heic.can_be_read():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=_formats()) as picture:
                return _taken(picture)
        # As above: whatever the decoder stumbles over, the time is not known.
        except Exception:
            return None


def size_in(data: bytes) -> tuple[int, int] | None:
    """Width and height of a picture as it is seen, read without its pixels; None: no picture."""
    if heic.is_heic(data) and not heic.can_be_read():
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            with Image.open(io.BytesIO(data), formats=_formats()) as picture:
                turned = picture.getexif().get(_ORIENTATION, 1) in _ON_THEIR_SIDE
                return (picture.height, picture.width) if turned else picture.size
        # As above: whatever the decoder stumbles over, the size is not known.
        except Exception:
            return None


def _formats() -> tuple[str, ...]:
    """Only these are tried: Pillow would hand others (EPS) to programs outside."""
    return (*_FORMATS, "HEIF") if heic.can_be_read() else _FORMATS


def _decoded(picture: Image.Image) -> Decoded:
    found = flat(picture)
    orientation = picture.getexif().get(_ORIENTATION, 1)
    known = isinstance(orientation, int) and 1 <= orientation <= 8
    moment = _taken(picture)
    return Decoded(
        pixels=found.pixels,
        alpha=found.alpha,
        orientation=orientation if known else 1,
        moving=_moves(picture),
        taken=moment,
    )


def _moves(picture: Image.Image) -> bool:
    if picture.format not in _MOVING:
        return False
    try:
        return bool(getattr(picture, "is_animated", False))
    except (OSError, EOFError, SyntaxError, ValueError):
        return False


def _taken(picture: Image.Image) -> datetime | None:
    notes = picture.getexif().get_ifd(_EXIF)
    written = str(notes.get(_TAKEN, "")).strip("\0 ")
    try:
        moment = datetime.strptime(written[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
    fraction = str(notes.get(_FRACTION, "")).strip("\0 ")
    if not (fraction.isascii() and fraction.isdigit()):
        return moment
    return moment.replace(microsecond=int(f"{fraction[:6]:0<6}"))


def _refuse_huge(picture: Image.Image, path: Path) -> None:
    if picture.width * picture.height > MOST_PIXELS:
        raise _huge(path, f"{picture.width}x{picture.height} pixels")


def _huge(path: Path, found: str) -> BadInput:
    return BadInput(
        f"{path} has {found}: far too large.", "Save it smaller: a long side of 2048 is enough."
    )

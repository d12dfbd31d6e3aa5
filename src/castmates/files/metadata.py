"""Take a picture file's notes out without touching its pixels; knows no folders.

What can name a person or a place goes: EXIF (GPS, times, serial numbers, small copies), XMP, IPTC,
comments, makers' own segments, and whatever hangs behind the end of the picture. What decides the
pixels stays: profiles, gamma, transparency, frames. Kept is what is known to be needed, so that a
kind of note nobody has heard of goes as well. The orientation lives in EXIF; where it is not 1, an
EXIF block that says only this is put back.

Formats: JPEG (ITU T.81, annex B), PNG (W3C, 3rd edition), WebP (RFC 9649), EXIF (JEITA CP-3451).
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from zlib import crc32

_PNG = b"\x89PNG\r\n\x1a\n"
_SEGMENT_ENDS = re.compile(rb"\xff+[^\x00\xd0-\xd7\xff]")
"""In scan data, a marker that is neither a stuffed byte nor a restart."""

_PNG_KEPT = frozenset(
    b"tRNS gAMA cHRM sRGB iCCP sBIT bKGD hIST pHYs sPLT cICP mDCV cLLI acTL fcTL fdAT".split()
)
_WEBP_KEPT = frozenset((b"VP8X", b"VP8 ", b"VP8L", b"ALPH", b"ICCP", b"ANIM", b"ANMF"))
_WEBP_EXIF, _WEBP_XMP = 0x08, 0x04


class _OddError(Exception):
    """The file is not built as its format says."""


@dataclass(frozen=True)
class Stripped:
    """The file without notes, and the suffix that fits its format (".jpg", ".png", ".webp")."""

    data: bytes
    suffix: str


def stripped(data: bytes, orientation: int = 1) -> Stripped | None:
    """The same picture, bit for bit, without notes.

    Args:
        orientation: 1..8, how the camera was held; kept when it is not 1.

    Returns:
        None when it is no JPEG, PNG or WebP, or one that is built in an odd way.
    """
    try:
        if data.startswith(b"\xff\xd8"):
            return Stripped(_jpeg(data, orientation), ".jpg")
        if data.startswith(_PNG):
            return Stripped(_png(data, orientation), ".png")
        if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
            return Stripped(_webp(data, orientation), ".webp")
    except (_OddError, struct.error, IndexError):
        return None
    return None


def _orientation_only(orientation: int) -> bytes:
    """A TIFF block with one entry: tag 0x0112, one SHORT."""
    return struct.pack(">2sHLHHHLHHL", b"MM", 42, 8, 1, 0x0112, 3, 1, orientation, 0, 0)


def _jpeg(data: bytes, orientation: int) -> bytes:
    parts = [b"\xff\xd8"]
    noted = orientation == 1
    for marker, segment in _segments(data):
        kept = _kept_segment(marker, segment)
        if not noted and marker != 0xE0:
            note = b"Exif\0\0" + _orientation_only(orientation)
            parts.append(b"\xff\xe1" + struct.pack(">H", len(note) + 2) + note)
            noted = True
        parts.append(kept)
    return b"".join(parts)


def _segments(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and whole segment, scan data with its header, up to and with the end of the image."""
    at = 2
    while at < len(data):
        if data[at] != 0xFF:
            raise _OddError
        while data[at + 1] == 0xFF:
            at += 1
        marker = data[at + 1]
        if marker == 0xD9:
            yield marker, b"\xff\xd9"
            return
        if marker == 0x01 or 0xD0 <= marker <= 0xD8:
            yield marker, data[at : at + 2]
            at += 2
            continue
        end = at + 2 + struct.unpack_from(">H", data, at + 2)[0]
        if end > len(data):
            raise _OddError
        if marker == 0xDA:
            found = _SEGMENT_ENDS.search(data, end)
            end = found.start() if found else len(data)
        yield marker, data[at:end]
        at = end


def _kept_segment(marker: int, segment: bytes) -> bytes:
    body = segment[4:]
    if marker == 0xE0:
        if not body.startswith(b"JFIF\0"):
            return b""
        # A JFIF block may carry a small copy of the picture; its size is set to nothing.
        return b"\xff\xe0\x00\x10" + body[:12] + b"\0\0"
    if marker == 0xE2:
        return segment if body.startswith(b"ICC_PROFILE\0") else b""
    if marker == 0xEE:
        return segment if body.startswith(b"Adobe") else b""
    return b"" if marker == 0xFE or 0xE0 <= marker <= 0xEF else segment


def _png(data: bytes, orientation: int) -> bytes:
    parts = [_PNG]
    at = len(_PNG)
    while at < len(data):
        length, kind = struct.unpack_from(">L4s", data, at)
        end = at + 12 + length
        if end > len(data):
            raise _OddError
        # A capital first letter marks the chunks without which there is no picture.
        if kind[:1].isupper() or kind in _PNG_KEPT:
            parts.append(data[at:end])
        if kind == b"IHDR" and orientation != 1:
            parts.append(_png_note(orientation))
        if kind == b"IEND":
            return b"".join(parts)
        at = end
    raise _OddError


def _png_note(orientation: int) -> bytes:
    body = b"eXIf" + _orientation_only(orientation)
    return struct.pack(">L", len(body) - 4) + body + struct.pack(">L", crc32(body))


def _webp(data: bytes, orientation: int) -> bytes:
    end = min(8 + struct.unpack_from("<L", data, 4)[0], len(data))
    parts: list[bytes] = []
    at = 12
    while at + 8 <= end:
        kind, length = struct.unpack_from("<4sL", data, at)
        if at + 8 + length > len(data):
            raise _OddError
        body = data[at + 8 : at + 8 + length]
        if kind == b"VP8X":
            flags = body[0] & ~(_WEBP_EXIF | _WEBP_XMP)
            body = bytes([flags | (_WEBP_EXIF if orientation != 1 else 0)]) + body[1:]
        if kind in _WEBP_KEPT:
            parts.append(_chunk(kind, body))
        at += 8 + length + length % 2
    if orientation != 1:
        parts.append(_chunk(b"EXIF", _orientation_only(orientation)))
    whole = b"WEBP" + b"".join(parts)
    return b"RIFF" + struct.pack("<L", len(whole)) + whole


def _chunk(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<L", len(body)) + body + b"\0" * (len(body) % 2)

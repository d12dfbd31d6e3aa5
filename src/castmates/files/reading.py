"""Read text that people and other programs wrote; knows no format.

Captions come in every encoding that editors leave behind. What is not UTF-8 is read as what it most
likely is, and `Words.encoding` says so, so that the caller can tell.
"""

from __future__ import annotations

import codecs
from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.files.trouble import in_words

_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Words:
    """Text, and the encoding it was found in ("utf-8", "utf-8 with BOM", "utf-16", "latin-1")."""

    text: str
    encoding: str


def read_bytes(path: Path) -> bytes:
    """All bytes of a file. Raises Missing, BadInput (a folder) or CastmatesError."""
    with in_words(path, "read"):
        return path.read_bytes()


def read_utf8(path: Path) -> str:
    """The text of a UTF-8 file, with or without BOM. Raises BadInput when it is not UTF-8."""
    try:
        return read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path} is not text in UTF-8 (byte {error.start}).", "Save it as UTF-8."
        ) from error


def read_words(path: Path) -> Words:
    """The text of a caption or note, whatever wrote it. Raises Missing or CastmatesError."""
    return words_of(read_bytes(path))


def words_of(data: bytes) -> Words:
    """Text, and the encoding it most likely is in; nothing is ever refused."""
    if data.startswith(_UTF16):
        return Words(data.decode("utf-16", errors="replace"), "utf-16")
    if data.startswith(codecs.BOM_UTF8):
        return Words(data.decode("utf-8-sig", errors="replace"), "utf-8 with BOM")
    try:
        return Words(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        return Words(data.decode("latin-1"), "latin-1")

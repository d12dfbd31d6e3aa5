"""Pictures as files that go into a book: as they are for the printer, smaller for screens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from castmates.books.layout.compose import cover_page
from castmates.books.values import Book
from castmates.core.ports import Pixels
from castmates.files import images
from castmates.files.reading import read_bytes

_AS_THEY_ARE = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg"}
_PRINT_QUALITY = 95
_SCREEN_QUALITY = 86


@dataclass(frozen=True)
class PictureFiles:
    """Key of a picture -> file name, and file name -> bytes."""

    names: Mapping[int, str]
    data: Mapping[str, bytes]


def picture_files(book: Book, longest: int | None = None) -> PictureFiles:
    """Every picture of a book as PNG or JPEG.

    Args:
        longest: of the long side in pixels; larger ones are shrunk. None: for print: files stay
            byte for byte what they are, arrays become JPEG of high quality.

    Raises:
        Missing, BadInput: a file is gone, no picture, or broken.
    """
    names: dict[int, str] = {}
    data: dict[str, bytes] = {}
    sources: dict[int, Pixels | Path] = {
        page.number: page.picture for page in book.pages if page.picture is not None
    }
    if book.cover is not None:
        sources[0] = book.cover
    for key, source in sources.items():
        suffix, content = _as_file(source, longest)
        names[key] = f"{key:03d}.{suffix}"
        data[names[key]] = content
    if 0 not in names and book.pages:
        names[0] = names[cover_page(book).number]
    return PictureFiles(names, data)


def _as_file(source: Pixels | Path, longest: int | None) -> tuple[str, bytes]:
    if longest is not None:
        pixels = images.read(source) if isinstance(source, Path) else source
        return "jpg", images.as_jpeg(images.shrunk(pixels, longest), _SCREEN_QUALITY)
    if isinstance(source, Path):
        content = read_bytes(source)
        suffix = next((s for head, s in _AS_THEY_ARE.items() if content.startswith(head)), None)
        if suffix is not None:
            return suffix, content
        source = images.decoded(content, source)
    return "jpg", images.as_jpeg(source, _PRINT_QUALITY)

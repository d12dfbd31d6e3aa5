"""A book to turn the pages of, in one HTML file that asks nobody for anything; sets no page."""

from __future__ import annotations

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

from castmates.books.binding.epub import templates
from castmates.books.binding.reading_text import shown, spoken
from castmates.books.layout.items import Sheet
from castmates.books.layout.setting import Setting
from castmates.books.layout.tints import Tints, hexed
from castmates.books.values import Book
from castmates.files import images

_QUALITY = 86


def flip_book(
    book: Book, sheets: Sequence[Sheet], pngs: Sequence[bytes], setting: Setting, tints: Tints
) -> bytes:
    """The bytes of the HTML file.

    Pages turn by arrow keys, swipes, clicks and a slider; on narrow screens one page is shown at a
    time. Words and descriptions of pictures are there for who hears them.

    Args:
        sheets, pngs: front, pages, back, and each as a PNG.
    """
    faces = [
        {"data": base64.b64encode(as_jpeg(png)).decode(), "alt": _alt(sheet)}
        for sheet, png in zip(sheets, pngs, strict=True)
    ]
    if len(faces) % 2:
        faces.append(faces[-1])
    page = templates().get_template("flip.html")
    said = [spoken(sheet) for sheet in sheets]
    return page.render(
        title=book.title,
        language=book.language,
        rtl=setting.rtl,
        ratio=round(setting.format.width / setting.format.height, 5),
        leaves=[faces[at : at + 2] for at in range(0, len(faces), 2)],
        words=[*said, *said[len(faces) - 1 :]][: len(faces)],
        ground=hexed(_softened(tints)),
        ink=hexed(tints.ink),
        accent=hexed(tints.accent),
    ).encode()


def _alt(sheet: Sheet) -> str:
    return " ".join(part for part in (shown(sheet), spoken(sheet)) if part)


def _softened(tints: Tints) -> tuple[int, int, int]:
    red, green, blue = (
        round(0.55 * a + 0.45 * b) for a, b in zip(tints.paper, (190, 178, 186), strict=True)
    )
    return (red, green, blue)


def as_jpeg(png: bytes) -> bytes:
    """A page's PNG as a JPEG, a quarter as large."""
    with Image.open(io.BytesIO(png)) as picture:
        return images.as_jpeg(np.array(picture.convert("RGB")), _QUALITY)

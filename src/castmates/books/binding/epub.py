"""An EPUB 3 of fixed layout; decides no place.

Readers set words in fonts of their own, in which no box fits. So a page is shown as it was set, as
a picture, and its words lie over it unseen: to search, to copy, and to read aloud.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from dataclasses import asdict
from functools import cache
from hashlib import sha256
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from castmates.books.binding.reading_text import shown
from castmates.books.layout.items import Sheet, WordsItem
from castmates.books.layout.setting import Setting
from castmates.books.layout.tints import hexed
from castmates.books.values import Book

SCALE = 2.0
"""Pixels of a page's viewport per point."""
_MOMENT = (1980, 1, 1, 0, 0, 0)
_MODIFIED = "2000-01-01T00:00:00Z"

_CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>
<rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles></container>
"""


@cache
def templates() -> Environment:
    """The templates of this package; everything put into them is escaped."""
    loader = PackageLoader("castmates.books.binding", "templates")
    return Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )


def epub(
    book: Book,
    sheets: Sequence[Sheet],
    pages_shown: Sequence[bytes],
    setting: Setting,
) -> bytes:
    """The bytes of an EPUB; the same book is the same bytes.

    Args:
        sheets: the front first, then every page.
        pages_shown: each of them as JPEG.
    """
    pages = [_page_entry(sheet, at, setting) for at, sheet in enumerate(sheets)]
    shared = {
        "title": book.title,
        "author": book.author,
        "blurb": book.blurb,
        "language": book.language,
        "rtl": setting.rtl,
        "modified": _MODIFIED,
        "identifier": f"urn:castmates:{_digest(book)}",
    }
    listed = [
        *({"id": p["id"], "name": p["name"], "type": "application/xhtml+xml"} for p in pages),
        *({"id": f"j{p['id']}", "name": p["picture"], "type": "image/jpeg"} for p in pages[1:]),
    ]
    files: dict[str, bytes] = {
        "META-INF/container.xml": _CONTAINER.encode(),
        "book/package.opf": _made("package.opf", **shared, files=listed, pages=pages),
        "book/nav.xhtml": _made(
            "nav.xhtml",
            **shared,
            named=[p for p in pages if p["title"]],
            numbered=[p for p in pages if p["number"]],
        ),
        "book/book.css": templates().get_template("book.css").render().encode(),
    }
    for sheet, entry, picture in zip(sheets, pages, pages_shown, strict=True):
        files[f"book/{entry['name']}"] = _xhtml(book, sheet, entry, setting)
        files[f"book/{entry['picture']}"] = picture
    return _zipped(files)


def _made(template: str, **values: Any) -> bytes:
    return templates().get_template(template).render(**values).encode()


def _digest(book: Book) -> str:
    said = "\n".join([book.title, book.author, *(page.text for page in book.pages)])
    return sha256(said.encode()).hexdigest()[:32]


def _page_entry(sheet: Sheet, at: int, setting: Setting) -> dict[str, Any]:
    """How the package and the contents name a page."""
    names = {"cover": "Cover", "title": "Title", "imprint": "Imprint", "end": "End"}
    title = names.get(sheet.kind, "")
    if sheet.page is not None and sheet.kind == "picture":
        title = f"Page {sheet.page}"
    side = {"left": "right", "right": "left", "": "right"}[sheet.binding]
    if sheet.number == 0:
        side = "left" if setting.rtl else "right"
    return {
        "id": f"s{at:03d}",
        "name": f"s{at:03d}.xhtml",
        "picture": f"s{at:03d}.jpg" if at else "cover.jpg",
        "title": title,
        "number": sheet.number,
        # The first page and the cover would both want the same side; readers put one alone.
        "side": f"page-spread-{side}",
    }


def _xhtml(book: Book, sheet: Sheet, entry: dict[str, Any], setting: Setting) -> bytes:
    form = setting.format
    return _made(
        "page.xhtml",
        language=book.language,
        rtl=setting.rtl,
        name=f"{book.title}: {entry['title'] or sheet.number}",
        width=round(SCALE * form.width),
        height=round(SCALE * form.height),
        fill=hexed(sheet.fill),
        file=entry["picture"],
        alt=shown(sheet),
        words=[_words(item) for item in sheet.items if isinstance(item, WordsItem)],
    )


def _words(item: WordsItem) -> dict[str, Any]:
    rect, words = item.rect, item.words
    x, y, wide, high = (round(SCALE * edge, 1) for edge in (rect.x, rect.y, rect.w, rect.h))
    place = f"left:{x}px;top:{y}px;width:{wide}px;height:{high}px"
    size = f"font-size:{SCALE * words.size:.1f}px;line-height:{0.78 + words.leading:.2f}"
    return {
        "style": f"{place};{size}",
        "blocks": [[[asdict(run) for run in line] for line in block] for block in words.paragraphs],
    }


def _zipped(files: dict[str, bytes]) -> bytes:
    """An OCF container: the media type first and not packed (OCF 3.3, 4.2.2)."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        first = zipfile.ZipInfo("mimetype", _MOMENT)
        archive.writestr(first, b"application/epub+zip", zipfile.ZIP_STORED)
        for name, data in files.items():
            packed = zipfile.ZIP_STORED if name.endswith((".jpg", ".png")) else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name, _MOMENT), data, packed)
    return stream.getvalue()

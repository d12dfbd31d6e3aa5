"""A book for screens: a small PDF with its cover, and each page as a PNG; nothing for printers."""

from __future__ import annotations

from castmates.books.binding.cover import back_sheet, front_sheet
from castmates.books.binding.pictures import PictureFiles
from castmates.books.binding.typeset import typeset
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.items import Composed, Sheet
from castmates.books.layout.setting import Setting
from castmates.books.values import Book


def screen_sheets(
    book: Book, composed: Composed, setting: Setting, seen: dict[int, Drawn]
) -> tuple[Sheet, ...]:
    """Front, every page, back."""
    cover = seen[0]
    front, back = front_sheet(book, setting, cover), back_sheet(book, setting, cover)
    return (front, *composed.sheets, back)


def screen_pdf(
    book: Book, sheets: tuple[Sheet, ...], setting: Setting, pictures: PictureFiles
) -> bytes:
    """A PDF without bleed, as small as `pictures` are."""
    form = setting.format
    size = (form.width, form.height)
    return typeset(book, sheets, size, 0.0, setting.face, pictures)[0]


def page_pngs(
    book: Book,
    sheets: tuple[Sheet, ...],
    setting: Setting,
    pictures: PictureFiles,
    ppi: float = 150.0,
) -> list[bytes]:
    """Every page as a PNG, at these pixels per inch."""
    form = setting.format
    size = (form.width, form.height)
    return typeset(book, sheets, size, 0.0, setting.face, pictures, form="png", ppi=ppi)

"""The PDF that goes to a printer: every page with its bleed and boxes; decides no place."""

from __future__ import annotations

import io

import pikepdf

from castmates.books.binding.pictures import PictureFiles
from castmates.books.binding.typeset import typeset
from castmates.books.layout.items import Composed, Sheet
from castmates.books.layout.setting import Setting
from castmates.books.values import Book


def print_pdf(
    book: Book,
    composed: Composed,
    setting: Setting,
    pictures: PictureFiles,
    inner_bleed: bool = True,
) -> bytes:
    """The inside of a book with MediaBox, BleedBox and TrimBox on every page.

    Fonts are embedded, pictures untouched; the same book is the same bytes.

    Args:
        inner_bleed: False: pages end at the binding without bleed, as some printers want.

    Raises:
        CastmatesError: the typesetter refused.
    """
    form = setting.format
    made = typeset(
        book, composed.sheets, (form.width, form.height), form.bleed, setting.face, pictures
    )
    return boxed(made[0], composed.sheets, form.bleed, inner_bleed, setting.rtl)


def boxed(
    data: bytes, sheets: tuple[Sheet, ...], bleed: float, inner_bleed: bool, rtl: bool = False
) -> bytes:
    """The same PDF with a BleedBox on each page, and turned the way it is read."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        for page, sheet in zip(pdf.pages, sheets, strict=True):
            media = [float(edge) for edge in page.MediaBox]
            if not inner_bleed and sheet.binding:
                media[0 if sheet.binding == "left" else 2] += (
                    bleed if sheet.binding == "left" else -bleed
                )
            page.MediaBox = media
            page.CropBox = media
            page.BleedBox = media
        if rtl:
            pdf.Root.ViewerPreferences = pikepdf.Dictionary(Direction=pikepdf.Name.R2L)
        return _saved(pdf)


def _saved(pdf: pikepdf.Pdf) -> bytes:
    stream = io.BytesIO()
    pdf.save(stream, deterministic_id=True)
    return stream.getvalue()

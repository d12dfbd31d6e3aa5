"""Set composed pages by the typesetter, as PDF or as pictures; decides no place."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from castmates.books.binding.pictures import PictureFiles
from castmates.books.layout.fonts import FOLDER, Typeface
from castmates.books.layout.items import PictureItem, Sheet
from castmates.books.layout.plain_data import sheet_data, type_data
from castmates.books.layout.typst_engine import TypstError, compiled, template
from castmates.books.values import Book
from castmates.core.errors import CastmatesError


def typeset(
    book: Book,
    sheets: Sequence[Sheet],
    size: tuple[float, float],
    bleed: float,
    face: Typeface,
    pictures: PictureFiles,
    *,
    form: Literal["pdf", "png"] = "pdf",
    ppi: float = 144.0,
) -> list[bytes]:
    """One PDF, or a PNG for each page; the same input gives the same bytes.

    Args:
        size: width and height of a trimmed page, in points.
        bleed: in points, around the trim.

    Raises:
        CastmatesError: the typesetter refused; says why.
    """
    data = {
        "title": book.title,
        "author": book.author,
        **type_data(face, book.language),
        "width": size[0],
        "height": size[1],
        "bleed": bleed,
        "sheets": [sheet_data(sheet, pictures.names) for sheet in sheets],
    }
    used = {item.key for s in sheets for item in s.items if isinstance(item, PictureItem)}
    job = {
        "main.typ": template("sheets.typ"),
        "words.typ": template("words.typ"),
        "data.json": json.dumps(data).encode(),
        **{pictures.names[key]: pictures.data[pictures.names[key]] for key in used},
    }
    try:
        return compiled(job, form=form, ppi=ppi, fonts=FOLDER)
    except TypstError as error:
        raise CastmatesError(
            f"'{book.title}' could not be set: {error.message}.",
            "Look at the page's pictures and words; castmates did not expect this.",
        ) from error

"""The continuity sheet of a book, from its plan and what was seen; looks at nobody anew."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from castmates.backends.taggers import open_tagger
from castmates.books.illustrating.continuity import drift, sightings
from castmates.books.illustrating.marks import PageRecord
from castmates.books.illustrating.sheet import SheetPage, sheet
from castmates.books.plan.plan import BookPlan
from castmates.books.values import Finding
from castmates.families.shelf import STORYBOOK
from castmates.files.books import BookFolder
from castmates.files.images import read
from castmates.files.writing import write_text
from castmates.judging.scores import plain


def write_sheet(
    book: BookFolder, plan: BookPlan, records: Mapping[int, PageRecord]
) -> tuple[list[Finding], Path]:
    """Write `continuity.html`; what drifts, and where the sheet lies."""
    seen = {number: record.best.seen for number, record in records.items()}
    found = sightings(plan.page, seen)
    tagged = any(one.tags for some in seen.values() for one in some)
    known = open_tagger(STORYBOOK).vocabulary() if tagged else {}
    drifts = drift(found, {plain(tag): family for tag, family in known.items()}) if tagged else []
    pages = [
        SheetPage(
            page.number, read(_picture(book, page.number, records)), _says(records, page.number)
        )
        for page in plan.page
    ]
    write_text(book.sheet, sheet(plan.title, pages, found, drifts))
    return drifts, book.sheet


def _picture(book: BookFolder, number: int, records: Mapping[int, PageRecord]) -> Path:
    return book.candidates(number) / records[number].chosen


def _says(records: Mapping[int, PageRecord], number: int) -> str:
    mark = records[number].best.mark
    return mark.says if not mark.right else ""

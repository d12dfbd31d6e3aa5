"""Put a whole book in order: the pages around the story, every page of it, fillers; sets none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from castmates.books.layout.drawn import Drawn, drawn
from castmates.books.layout.fonts import typeface
from castmates.books.layout.formats import page_format
from castmates.books.layout.imprint import imprint_lines, wording
from castmates.books.layout.items import Composed, Kind, Sheet
from castmates.books.layout.matter import (
    dedication_face,
    drawing_face,
    end_face,
    imprint_face,
    star_face,
    title_face,
)
from castmates.books.layout.measuring import Measurer
from castmates.books.layout.pages import (
    Face,
    above_face,
    box_face,
    facing_faces,
    spread_faces,
)
from castmates.books.layout.setting import Setting
from castmates.books.story.bands import band_of
from castmates.books.story.scripts import is_right_to_left
from castmates.books.values import Book, BookPage, Finding, Layout
from castmates.core.errors import BadInput, Missing

_NAMES = {
    "box": "in a box on the picture",
    "facing": "facing the picture",
    "spread": "over the gutter",
    "above": "below the picture",
    "small box": "in a box, in small type",
}
_INSTEAD: dict[str, tuple[str, ...]] = {
    "box": ("box", "above", "small box", "facing"),
    "above": ("above", "box", "small box", "facing"),
    "facing": ("facing", "above"),
    "spread": ("spread", "above", "facing", "box"),
}
"""What is tried, in order."""
_MANY = 3
"""Pages from which a finding that they share is one."""


def setting_of(
    book: Book, format_name: str = "8.5x8.5", layout: Layout = "box", font: str = "classic"
) -> Setting:
    """How a book is set.

    Raises:
        BadInput: no such format or font, or an age that reads no picture books.
        Missing: the font is not on this machine.
    """
    face = typeface(font)
    rtl = is_right_to_left("".join(page.text for page in book.pages))
    return Setting(
        format=page_format(format_name),
        layout=layout,
        face=face,
        band=band_of(book.age),
        measure=Measurer(face, book.language),
        rtl=rtl,
        language=book.language,
    )


def pictures_of(book: Book) -> dict[int, Drawn]:
    """Every picture of a book, looked at: number of its page, 0 the cover's.

    Raises:
        BadInput: the book has no pages, or a picture is broken.
        Missing: pages have no picture yet, all of them named.
    """
    if not book.pages:
        raise BadInput(f"'{book.title}' has no pages.", "Give it a story first.")
    lacking = [str(page.number) for page in book.pages if page.picture is None]
    if lacking:
        raise Missing(
            f"'{book.title}' has no picture for page {', '.join(lacking)}.", "Draw the book first."
        )
    seen = {
        page.number: drawn(page.number, page.picture, page.figures, page.alt)
        for page in book.pages
        if page.picture is not None
    }
    if book.cover is not None:
        seen[0] = drawn(0, book.cover, book.cover_figures, book.title)
    else:
        there = seen[cover_page(book).number]
        seen[0] = Drawn(0, there.size, there.calm, there.tints, there.figures, book.title)
    return seen


def cover_page(book: Book) -> BookPage:
    """The page whose picture is on the cover when there is none of its own: most are there."""
    return max(book.pages, key=lambda page: (len(page.figures), -page.number))


@dataclass
class _Binder:
    """Gathers pages in order."""

    setting: Setting
    sheets: list[Sheet] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def next(self) -> int:
        return len(self.sheets) + 1

    def add(self, kind: Kind, face: Face, page: int | None = None) -> None:
        number = self.next
        binding = self.setting.binding(number)
        self.sheets.append(Sheet(number, kind, face.items, face.fill, page, binding))


def compose(
    book: Book,
    setting: Setting,
    seen: dict[int, Drawn] | None = None,
    multiple: int = 2,
    at_least: int = 0,
) -> Composed:
    """All pages of a book, in order.

    Args:
        seen: what `pictures_of` found; None: it is asked here.
        multiple, at_least: of the number of pages, as the printer wants them; pages to draw on
            fill the book up.

    Raises:
        BadInput, Missing: as `pictures_of`; and words that fit on no page, named.
    """
    pictures = pictures_of(book) if seen is None else seen
    binder = _Binder(setting)
    cover = pictures[0]
    binder.add("title", title_face(setting, book.title, book.author, cover, binder.next))
    binder.add("imprint", imprint_face(setting, imprint_lines(book), cover, binder.next))
    if book.dedication:
        face = dedication_face(setting, book.dedication, cover, binder.next)
        binder.add("dedication", face)
    for page in book.pages:
        _lay(binder, page, pictures[page.number])
    final = pictures[book.pages[-1].number]
    language = book.language
    binder.add("end", end_face(setting, wording("end", language), final, binder.next))
    while len(binder.sheets) < at_least or len(binder.sheets) % multiple:
        binder.add("extra", drawing_face(setting, wording("draw", language), final, binder.next))
    return Composed(tuple(binder.sheets), _gathered(binder.findings))


def _gathered(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is the same on many pages is said once."""
    pages: dict[str, list[Finding]] = {}
    for each in findings:
        pages.setdefault(each.what, []).append(each)
    told: list[Finding] = []
    for what, same in pages.items():
        numbers = ", ".join(str(each.page) for each in same)
        many = len(same) >= _MANY
        told += [Finding("note", f"On pages {numbers} {what}")] if many else same
    return tuple(told)


def _lay(binder: _Binder, page: BookPage, seen: Drawn) -> None:
    """One page of the story, in its layout or the next best."""
    wanted = page.layout or binder.setting.layout
    if not page.text and wanted != "spread":
        wanted = "box"
    for layout in _INSTEAD[wanted]:
        if _laid(binder, page, seen, layout):
            if layout != wanted:
                what = f"the words do not fit {_NAMES[wanted]}, so they stand {_NAMES[layout]}."
                binder.findings.append(Finding("note", what, "", page.number))
            return
    raise BadInput(
        f"Page {page.number} has too many words for its paper, even in the smallest type that "
        "its readers manage.",
        "Put --- into the story where a new page shall begin.",
    )


def _laid(binder: _Binder, page: BookPage, seen: Drawn, layout: str) -> bool:
    """Add a page in a layout; whether it fits."""
    setting = binder.setting
    if layout in ("box", "small box", "above"):
        if layout == "above":
            face = above_face(setting, page, seen, binder.next)
        else:
            face = box_face(setting, page, seen, binder.next, layout == "small box")
        if face is not None:
            binder.add("picture", face, page.number)
        return face is not None
    shift = 0 if setting.opens_pair(binder.next) else 1
    two: Callable[..., tuple[Face, Face] | None]
    two = facing_faces if layout == "facing" else spread_faces
    faces = two(setting, page, seen, binder.next + shift)
    if faces is None:
        return False
    if shift:
        binder.add("extra", star_face(setting, seen))
    for face in faces:
        binder.add("picture" if face.has_picture else "text", face, page.number)
    return True

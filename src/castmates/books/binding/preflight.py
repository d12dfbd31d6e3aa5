"""Name what a printer would refuse, before he does; mends nothing."""

from __future__ import annotations

import math
from collections.abc import Iterator

from castmates.books.binding.printers import Printer
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.fonts import missing_letters
from castmates.books.layout.geometry import Rect
from castmates.books.layout.items import Composed, PictureItem, Sheet, WordsItem
from castmates.books.layout.setting import Setting
from castmates.books.story.scripts import without_emoji
from castmates.books.values import Book, Finding

_FOLD = 0.1
"""Inches at the binding that cannot be seen well in an open book."""
_LEVELS = {"stop": 0, "look": 1, "note": 2}


def preflight(
    book: Book, composed: Composed, setting: Setting, seen: dict[int, Drawn], printer: Printer
) -> list[Finding]:
    """Everything that a printer would refuse (`stop`) or a reader stumble over, worst first."""
    found = list(composed.findings)
    found += _counts(len(composed.sheets), printer)
    found += _resolution(composed, seen, printer)
    for sheet in composed.sheets:
        found += _edges(sheet, setting, seen, printer)
    found += _letters(book, setting)
    unique = {(each.level, each.page, each.what): each for each in found}
    return sorted(unique.values(), key=lambda each: (_LEVELS[each.level], each.page or 0))


def dpi_of(item: PictureItem, seen: Drawn) -> float:
    """Pixels of a picture per inch of paper, where it lies."""
    return min(seen.size[0] / item.crop.whole.w, seen.size[1] / item.crop.whole.h) * 72.0


def _counts(pages: int, printer: Printer) -> Iterator[Finding]:
    name = printer.shown
    if pages < printer.fewest:
        yield Finding(
            "stop",
            f"The book has {pages} pages; {name} binds {printer.fewest} or more.",
            "Use layout = 'facing', more pages, pages to draw on (fill), or another paper.",
        )
    if pages > printer.most:
        yield Finding(
            "stop", f"The book has {pages} pages; {name} binds {printer.most} at most.", "Split it."
        )
    if pages % printer.multiple:
        yield Finding(
            "stop",
            f"The book has {pages} pages; {name} wants a multiple of {printer.multiple}.",
            "Let the book be filled up.",
        )


def _resolution(composed: Composed, seen: dict[int, Drawn], printer: Printer) -> Iterator[Finding]:
    for sheet in composed.sheets:
        if sheet.kind != "picture":
            continue
        for item in sheet.items:
            if not isinstance(item, PictureItem):
                continue
            dpi = dpi_of(item, seen[item.key])
            if dpi >= printer.dpi - 0.5:
                continue
            needed = printer.dpi / dpi
            wide, high = seen[item.key].size
            level = "stop" if dpi < printer.least_dpi else "look"
            yield Finding(
                "stop" if level == "stop" else "look",
                f"its picture has {wide}x{high} pixels, {dpi:.0f} dpi on paper; "
                f"{printer.shown} wants {printer.dpi}.",
                f"Upscale it {math.ceil(100 * needed) / 100:g} times.",
                sheet.page,
            )


def _edges(
    sheet: Sheet, setting: Setting, seen: dict[int, Drawn], printer: Printer
) -> Iterator[Finding]:
    """Faces near the trim or in the binding, words outside their margins."""
    safe = setting.format.safe(sheet.binding)
    for item in sheet.items:
        if isinstance(item, WordsItem) and not safe.grown(12.0).holds(item.rect):
            yield Finding("stop", "words stand too near the edge.", "Report this.", sheet.page)
        if isinstance(item, PictureItem) and sheet.kind == "picture":
            yield from _faces(item, sheet, setting, seen[item.key], printer)


def _faces(
    item: PictureItem, sheet: Sheet, setting: Setting, seen: Drawn, printer: Printer
) -> Iterator[Finding]:
    trim, edge = setting.format.trim, 72.0 * printer.face
    for figure in seen.figures:
        if figure.face is None:
            continue
        face = item.crop.place(figure.face)
        if not face.meets(trim) or not item.crop.frame.meets(face):
            continue
        # A picture with a frame of its own ends where the artist ended it.
        bleeds = not trim.holds(item.crop.frame)
        if bleeds and not trim.grown(-edge).holds(face):
            inside = Rect(trim.x + edge, trim.y + edge, trim.w - 2 * edge, trim.h - 2 * edge)
            gap = min(face.x - trim.x, face.y - trim.y, trim.right - face.right)
            if face.meets(inside):
                yield Finding(
                    "look",
                    f"the face of {figure.name} is {max(gap, 0.0) / 72:.2f} inches from the trim; "
                    f"{printer.shown} wants {printer.face:g}.",
                    "Choose another picture, or layout = 'above'.",
                    sheet.page,
                )
        fold = _fold(sheet, trim)
        if fold is not None and face.meets(fold):
            yield Finding(
                "look",
                f"the face of {figure.name} lies in the binding.",
                "Choose another picture or layout.",
                sheet.page,
            )


def _fold(sheet: Sheet, trim: Rect) -> Rect | None:
    wide = 72.0 * _FOLD
    if sheet.binding == "left":
        return Rect(trim.x, trim.y, wide, trim.h)
    return Rect(trim.right - wide, trim.y, wide, trim.h) if sheet.binding == "right" else None


def _letters(book: Book, setting: Setting) -> Iterator[Finding]:
    """Letters that no font on this machine has, and where they are."""
    texts: list[tuple[int | None, str]] = [
        (page.number, without_emoji(page.text)) for page in book.pages
    ]
    texts.append((None, f"{book.title} {book.author} {book.dedication} {book.blurb}"))
    lacking = missing_letters("".join(text for _, text in texts), setting.face.text)
    for number, text in texts:
        inside = [letter for letter in lacking if letter in text]
        if inside:
            named = ", ".join(f"'{letter}' (U+{ord(letter):04X})" for letter in inside[:6])
            yield Finding(
                "stop",
                f"no font here has {named}.",
                "Write it otherwise, or put a font that has it into {FOLDER}.",
                number,
            )

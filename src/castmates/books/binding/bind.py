"""Bind a whole book: every file of it, and what a printer would refuse; knows no studio."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from castmates.books.binding.cover import whole_cover
from castmates.books.binding.epub import epub
from castmates.books.binding.flip import as_jpeg, flip_book
from castmates.books.binding.pictures import PictureFiles, picture_files
from castmates.books.binding.preflight import preflight
from castmates.books.binding.print_pdf import boxed, print_pdf
from castmates.books.binding.printers import Paper, Printer, paper_named, printer_of
from castmates.books.binding.screens import page_pngs, screen_pdf, screen_sheets
from castmates.books.binding.typeset import typeset
from castmates.books.layout.compose import compose, pictures_of, setting_of
from castmates.books.layout.drawn import Drawn
from castmates.books.layout.items import Composed, Sheet
from castmates.books.layout.setting import Setting
from castmates.books.values import Book, Finding, Layout
from castmates.core.events import Began, Made, Moved, Tell, silent
from castmates.core.types import Value
from castmates.files.writing import made, write_bytes

Part = Literal["pdf", "cover", "screen", "epub", "html", "pages"]
PARTS: tuple[Part, ...] = ("pdf", "cover", "screen", "epub", "html", "pages")
_SCREEN_INCH = 150
_FLIP_INCH = 120.0


class Binding(Value):
    """How a book is bound.

    Attributes:
        format: of the page (`layout.formats`).
        layout: of pages that say none of their own.
        font: classic, round, plain, dyslexia or opendyslexic.
        paper: what it is printed on (`printers`); it says who prints, and how thick the spine is.
        fill: add pages to draw on until the printer has as many as he wants.
    """

    format: str = "8.5x8.5"
    layout: Layout = "box"
    font: str = "classic"
    paper: str = "kdp-premium-color"
    fill: bool = False


@dataclass(frozen=True)
class Bound:
    """Where a book's files lie, and what was found before printing."""

    files: dict[str, Path]
    findings: tuple[Finding, ...]

    @property
    def printable(self) -> bool:
        """Whether no printer would refuse it."""
        return not any(finding.level == "stop" for finding in self.findings)


@dataclass(frozen=True, eq=False)
class _Job:
    """Everything that the parts of a book are made of."""

    book: Book
    setting: Setting
    seen: dict[int, Drawn]
    composed: Composed
    paper: Paper
    printer: Printer
    screen: PictureFiles

    @property
    def sheets(self) -> tuple[Sheet, ...]:
        return screen_sheets(self.book, self.composed, self.setting, self.seen)


def bind(
    book: Book,
    folder: Path,
    name: str,
    binding: Binding | None = None,
    parts: Collection[Part] = PARTS,
    tell: Tell = silent,
) -> Bound:
    """Write every wanted file of a book into a folder, each whole or not at all.

    `name.pdf` is for the printer, `name-cover.pdf` its cover with spine, `name-screen.pdf`,
    `name.epub`, `name.html`, and `pages/0001.png` for each page (`0000.png` the front).

    Args:
        binding: None: as `Binding` has it.

    Raises:
        BadInput: an unknown format, layout, font or paper; words that fit on no page.
        Missing: pages without pictures, or a font that is not there.
        CastmatesError: the disk is full or forbidden.
    """
    job = _prepared(book, binding or Binding())
    found = preflight(book, job.composed, job.setting, job.seen, job.printer)
    made(folder)
    files: dict[str, Path] = {}
    tell(Began(what="bind", total=len(parts), unit="files"))
    wanted = [part for part in PARTS if part in parts]
    for done, part in enumerate(wanted, 1):
        for path, data in _files(job, part, folder, name):
            made(path.parent)
            write_bytes(path, data)
            files.setdefault(part, path if part != "pages" else path.parent)
        tell(Made(what=part, path=str(files[part])))
        tell(Moved(what="bind", done=done, note=part))
    return Bound(files, tuple(found))


def _prepared(book: Book, binding: Binding) -> _Job:
    paper = paper_named(binding.paper)
    printer = printer_of(paper)
    setting = setting_of(book, binding.format, binding.layout, binding.font)
    seen = pictures_of(book)
    fewest = printer.fewest if binding.fill else 0
    composed = compose(book, setting, seen, printer.multiple, fewest)
    longest = round(_SCREEN_INCH * max(setting.format.width, setting.format.height) / 72.0 * 1.05)
    screen = picture_files(book, longest)
    return _Job(book, setting, seen, composed, paper, printer, screen)


def _files(job: _Job, part: Part, folder: Path, name: str) -> list[tuple[Path, bytes]]:
    """The files of one part, with where they go."""
    if part == "pdf":
        pictures = picture_files(job.book)
        inner = job.printer.inner_bleed
        data = print_pdf(job.book, job.composed, job.setting, pictures, inner)
        return [(folder / f"{name}.pdf", data)]
    if part == "cover":
        return [(folder / f"{name}-cover.pdf", cover_pdf(job))]
    if part == "screen":
        data = screen_pdf(job.book, job.sheets, job.setting, job.screen)
        return [(folder / f"{name}-screen.pdf", data)]
    if part == "epub":
        return [(folder / f"{name}.epub", _epub(job))]
    inch = _FLIP_INCH if part == "html" else float(_SCREEN_INCH)
    pngs = page_pngs(job.book, job.sheets, job.setting, job.screen, inch)
    if part == "html":
        html = flip_book(job.book, job.sheets, pngs, job.setting, job.seen[0].tints)
        return [(folder / f"{name}.html", html)]
    return [(folder / "pages" / f"{at:04d}.png", png) for at, png in enumerate(pngs)]


def cover_pdf(job: _Job) -> bytes:
    """The cover with a spine as thick as the pages are together."""
    pages = len(job.composed.sheets)
    spine = job.paper.spine(pages)
    words = pages >= job.printer.spine_words
    cover = whole_cover(job.book, job.setting, job.seen[0], spine, words)
    bleed = job.setting.format.bleed
    pictures = picture_files(job.book)
    data = typeset(job.book, [cover.sheet], cover.size, bleed, job.setting.face, pictures)[0]
    return boxed(data, (cover.sheet,), bleed, True)


def _epub(job: _Job) -> bytes:
    sheets = job.sheets[:-1]
    pngs = page_pngs(job.book, sheets, job.setting, job.screen, float(_SCREEN_INCH))
    return epub(job.book, sheets, [as_jpeg(png) for png in pngs], job.setting)

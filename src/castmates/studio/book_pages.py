"""The pages of a book that are to be drawn, the cover among them as page 0; draws nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from castmates.books.illustrating.marks import PageRecord
from castmates.books.plan.plan import BookPlan, PlannedFigure, PlannedPage
from castmates.core.errors import BadInput, Missing
from castmates.files.books import BookFolder
from castmates.studio.book_cast import cover_page

COVER = 0
_ON_COVER = 2


@dataclass(frozen=True)
class Wanted:
    """A picture that the book wants.

    Attributes:
        number: of the page; 0 is the cover.
        folder: of its candidates.
        start: the picture that it starts from.
        record: what is known of earlier candidates.
    """

    number: int
    page: PlannedPage
    folder: Path
    start: Path | None = None
    record: PageRecord | None = None

    @property
    def called(self) -> str:
        """As readers say it."""
        return f"page {self.number}" if self.number else "the cover"


def wanted_pages(plan: BookPlan, book: BookFolder) -> list[Wanted]:
    """Every picture of a book, the cover first.

    Raises:
        Missing: a picture that a page starts from is not there; names the page.
    """
    cover = _cover(plan)
    pages = [(COVER, cover), *((page.number, page) for page in plan.page)]
    found = []
    for number, page in pages:
        start = _start(book, page.start, number)
        record = read_record(book, number)
        found.append(Wanted(number, page, book.candidates(number), start, record))
    return found


def read_record(book: BookFolder, number: int) -> PageRecord | None:
    """What is known of a page's candidates; None: nothing, or nothing that can be read."""
    path = book.record(number)
    if not path.is_file():
        return None
    try:
        return PageRecord.model_validate_json(path.read_text(encoding="utf-8"))
    # Torn by a crash, or of another version: then the page is looked at again.
    except ValueError:
        return None


def demand_page(plan: BookPlan, number: int) -> PlannedPage:
    """A page by its number. Raises BadInput when the book has none."""
    if not 1 <= number <= len(plan.page):
        what = f"The book has no page {number}; it has pages 1 to {len(plan.page)}."
        raise BadInput(what, "Name one of them: --page 5")
    return plan.page[number - 1]


def _start(book: BookFolder, written: str | None, number: int) -> Path | None:
    if written is None:
        return None
    path = book.path / Path(written).expanduser()
    if not path.is_file():
        where = f"page {number}" if number else "the cover"
        raise Missing(f"{path} is not there; {where} starts from it.", "Mend 'start' in book.toml.")
    return path


def _cover(plan: BookPlan) -> PlannedPage:
    """The cover's own picture: whoever the book is about, in its usual place."""
    page = plan.page[cover_page(plan) - 1]
    names = [figure.name for each in plan.page for figure in each.figure]
    most = sorted(dict.fromkeys(names), key=lambda name: -names.count(name))[:_ON_COVER]
    everybody: Sequence[PlannedFigure] = [f for each in (page, *plan.page) for f in each.figure]
    chosen = []
    for name in most:
        figure = next(each for each in everybody if each.name == name)
        happy = {"pose": "waving", "expression": "smile", "view": "from front", "holds": ""}
        chosen.append(figure.model_copy(update=happy))
    changes = {"figure": tuple(chosen), "framing": "full body", "time": "day", "start": plan.cover}
    return page.model_copy(update={**changes, "action": "", "locked": False})

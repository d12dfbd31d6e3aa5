"""The verbs `book make` and `book redraw`: what is asked for, and the plan that follows from it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from castmates.books.binding.printers import paper_named
from castmates.books.layout.fonts import typeface
from castmates.books.layout.formats import page_format
from castmates.books.plan.file import load_plan, save_plan
from castmates.books.plan.plan import BookPlan, PlannedFigure, PlannedPage
from castmates.books.story.bands import band_of
from castmates.books.story.cast import Member, member
from castmates.books.story.reading import parse_story, read_story
from castmates.books.story.story import Story
from castmates.core.errors import BadInput, Misfits
from castmates.core.events import Tell, both, silent
from castmates.core.near import did_you_mean
from castmates.core.types import Value
from castmates.files.books import BookFolder
from castmates.files.journal import Journal
from castmates.files.reading import read_bytes, read_words
from castmates.files.studio import Studio, slug
from castmates.files.writing import made, write_bytes, write_text
from castmates.studio.book_cast import cast_for, planned, playing
from castmates.studio.book_pages import COVER, demand_page, read_record
from castmates.studio.book_work import BookMade, How, Work, finished

_OF_PLAN = ("format", "layout", "font", "paper", "style")


class BookWish(Value):
    """A book that is wanted; None: as `book.toml` has it, or the usual.

    Attributes:
        cast: who plays whom, as "Sasha = pip"; (): as the story says.
        cover: a photo or drawing that the cover starts from.
        how: how its pictures are drawn; kept in `book.toml`.
    """

    cast: tuple[str, ...] = ()
    format: str | None = None
    layout: str | None = None
    font: str | None = None
    paper: str | None = None
    style: str | None = None
    cover: Path | None = None
    how: How = How()


class PageChange(Value):
    """What shall become of a page.

    Attributes:
        settings: of `book.toml`, as "where=forest", "pip.pose=running".
        start: a sketch or photo that it starts from.
        pick: the number of the candidate that shall be in the book, from 1.
        locked: True and False lock and unlock it; None: as it is.
    """

    settings: tuple[str, ...] = ()
    start: Path | None = None
    pick: int | None = None
    locked: bool | None = None


def make_book(studio: Studio, path: Path, wish: BookWish, tell: Tell = silent) -> BookMade:
    """Make a story into a book, or go on with it; what is there and still fits is kept.

    Raises:
        Missing, BadInput: no such story, or none; nobody of the studio in it; a book.toml that does
            not fit, with line and key; format, font and paper that there are not; all before
            anything is drawn.
        CastmatesError: the disk is full or forbidden.
    """
    story = read_story(path)
    book = BookFolder.of(studio, slug(story.title) or "book")
    before = load_plan(book.plan) if book.plan.is_file() else None
    parts = wish.cast or (before.cast if before is not None else ()) or story.cast
    everybody = cast_for(studio, parts)
    if before is not None:
        load_plan(book.plan, everybody)
    cast = playing(story, everybody, parts)
    plan = planned(story, cast, before, parts)
    said = {name: getattr(wish, name) for name in _OF_PLAN}
    plan = _wished(plan, {**said, **wish.how.model_dump()})
    if wish.cover is not None:
        plan = plan.model_copy(update={"cover": str(wish.cover.expanduser().resolve())})
    _demand(plan)
    made(book.path)
    if path.resolve() != book.story.resolve():
        write_text(book.story, read_words(path).text)
    save_plan(book.plan, plan)
    heard = both(tell, Journal(book.journal).tell)
    # The plan may name people whom the words do not.
    return finished(Work(studio, book, story, plan, tuple(everybody), heard))


def redraw_page(
    studio: Studio,
    name: str,
    number: int,
    change: PageChange,
    how: How | None = None,
    tell: Tell = silent,
) -> BookMade:
    """Draw one page of a book anew (0: the cover), or change, lock or pick; others stay.

    Without changes it is drawn from further seeds; with one, from the same, so that nothing else
    changes. What `how` leaves open is as the book was made; what it says is for this page alone.

    Raises:
        Missing: no such book or picture. BadInput: no such page, setting or candidate; the page is
            locked.
    """
    book = BookFolder.open(studio, name)
    story, before = _story_of(book), load_plan(book.plan)
    everybody = cast_for(studio, before.cast or story.cast)
    plan = load_plan(book.plan, everybody)
    plan = _changed(plan, book, number, change, everybody)
    now = _wished(plan, (how or How()).model_dump())
    _demand(now)
    save_plan(book.plan, plan)
    record = read_record(book, number)
    work = Work(studio, book, story, now, tuple(everybody), tell)
    if change.pick is not None:
        return finished(replace(work, pick=(number, change.pick), only=frozenset()))
    only_locks = change.locked is not None and not change.settings and change.start is None
    if only_locks:
        return finished(replace(work, only=frozenset()))
    turn = (record.turn if record is not None else 0) + (not change.settings and not change.start)
    turns = {number: turn}
    heard = both(tell, Journal(book.journal).tell)
    return finished(replace(work, only=frozenset([number]), turns=turns, tell=heard))


def _story_of(book: BookFolder) -> Story:
    return parse_story(read_words(book.story).text, str(book.story))


def _wished(plan: BookPlan, changes: Mapping[str, object]) -> BookPlan:
    """A plan with what is said; None: as it is. Raises BadInput."""
    said = {key: value for key, value in changes.items() if value is not None}
    try:
        return BookPlan.model_validate({**plan.model_dump(), **said})
    except ValidationError as error:
        misfits = Misfits()
        for problem in error.errors():
            what = f"'{problem.get('input')}' is no {problem['loc'][0]}: {problem['msg']}."
            misfits.add(BadInput(what, "See docs/books.md."))
        misfits.raise_if_any()
        raise


def _demand(plan: BookPlan) -> None:
    """Refuse at once what would only be noticed after hours of drawing."""
    misfits = Misfits()
    for asked in (
        lambda: page_format(plan.format),
        lambda: typeface(plan.font),
        lambda: paper_named(plan.paper),
        lambda: band_of(plan.age),
    ):
        with misfits.gather():
            asked()
    misfits.raise_if_any()


def _changed(
    plan: BookPlan, book: BookFolder, number: int, change: PageChange, cast: Sequence[Member]
) -> BookPlan:
    if number == COVER:
        if change.settings or change.locked is not None:
            raise BadInput("The cover has no settings of its own.", "Redraw it, or: --from FILE")
        kept = _kept(book, change.start, number) if change.start is not None else plan.cover
        return plan.model_copy(update={"cover": kept})
    page = demand_page(plan, number)
    draws = change.pick is None and change.locked is None
    if page.locked and draws:
        raise BadInput(f"Page {number} is locked.", "Unlock it first: --unlock")
    misfits = Misfits()
    for said in change.settings:
        with misfits.gather():
            page = _set(page, said, cast)
    misfits.raise_if_any()
    if change.start is not None:
        page = page.model_copy(update={"start": _kept(book, change.start, number)})
    if change.locked is not None:
        page = page.model_copy(update={"locked": change.locked})
    pages = tuple(page if each.number == number else each for each in plan.page)
    return plan.model_copy(update={"page": pages})


def _set(page: PlannedPage, said: str, cast: Sequence[Member]) -> PlannedPage:
    """A page with one setting changed. Raises BadInput: no such setting, nobody of that name."""
    key, equals, value = (part.strip() for part in said.partition("="))
    who, dot, part = key.rpartition(".")
    kind: type[Value] = PlannedFigure if dot else PlannedPage
    known = [each for each in kind.model_fields if each not in ("number", "name", "figure")]
    if not equals or part not in known:
        what = f"'{said}' is no setting of a page." if equals else f"'{said}' has no '='."
        raise BadInput(what, did_you_mean(part, known))
    if not dot:
        return _valid(page, {part: value or None if part in ("style", "base") else value}, said)
    name = member(cast, who, f"--set {said}").name
    if name not in [figure.name for figure in page.figure]:
        there = ", ".join(figure.name for figure in page.figure) or "nobody"
        raise BadInput(f"'{name}' is not on page {page.number}; there is {there}.", "Add it there.")
    figures = [
        figure.model_copy(update={part: value}) if figure.name == name else figure
        for figure in page.figure
    ]
    return page.model_copy(update={"figure": tuple(figures)})


def _valid(page: PlannedPage, change: dict[str, Any], said: str) -> PlannedPage:
    try:
        return PlannedPage.model_validate({**page.model_dump(), **change})
    except ValidationError as error:
        what = f"'{said}' does not fit: {error.errors()[0]['msg']}."
        raise BadInput(what, "See docs/books.md.") from None


def _kept(book: BookFolder, start: Path, number: int) -> str:
    """A copy of a picture in the book's folder, so that the book stays whole; its relative path."""
    data = read_bytes(start.expanduser())
    own = Path("starts") / f"{number:02d}{start.suffix.lower()}"
    made(book.path / "starts")
    write_bytes(book.path / own, data)
    return own.as_posix()

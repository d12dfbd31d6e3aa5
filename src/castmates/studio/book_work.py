"""What a book still lacks, done in order: candidates, choice, print pictures, sheet, binding.

Everything is kept as soon as it is there, under a name that says what it was made from; the same
command again does what is left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from pydantic import Field

from castmates.books.assembling import Drawing, assembled
from castmates.books.binding.bind import Binding, bind
from castmates.books.illustrating.marks import PageRecord, why
from castmates.books.plan.plan import BookPlan
from castmates.books.story.cast import Member
from castmates.books.story.findings import story_findings
from castmates.books.story.story import Story
from castmates.books.values import Figure, Imprint, Layout, ModelUse
from castmates.core.errors import BadInput
from castmates.core.events import Tell, Warned
from castmates.core.types import Value
from castmates.families.base import Base
from castmates.files.books import BookFolder
from castmates.files.studio import Studio
from castmates.files.writing import made, write_text
from castmates.studio.book_draw import Drafted, Illustrator, starting
from castmates.studio.book_look import Onlooker, asked
from castmates.studio.book_pages import COVER, Wanted, wanted_pages
from castmates.studio.book_print import printed
from castmates.studio.book_sheet import write_sheet
from castmates.studio.models import base_name, take_base

_SEEDS_A_PAGE, _SEEDS_A_TURN = 10_000, 100


class How(Value):
    """How a book's pictures are drawn, as in `BookPlan`; None: as the book's plan has it."""

    candidates: int | None = Field(default=None, ge=1, le=64)
    seed: int | None = Field(default=None, ge=0)
    base: str | None = None
    finder: str | None = None
    encoder: str | None = None
    upscaler: str | None = None
    fill: bool | None = None


class PageMade(Value):
    """A page of a made book: its chosen picture, why, and whether everybody is there."""

    page: int
    picture: str
    why: str
    right: bool


class BookMade(Value):
    """A made book: where its files lie, and what should be known of it."""

    book: str
    pdf: str
    cover: str
    screen: str
    epub: str
    html: str
    pages: str
    sheet: str
    printable: bool
    findings: tuple[str, ...]
    drawn: tuple[PageMade, ...] = ()


@dataclass(frozen=True)
class Work:
    """A book to be finished.

    Attributes:
        plan: as `book.toml` has it, with what was asked for this time alone.
        only: pages that may be drawn; None: all. Others stay as they are where they are there.
        turns: how often pages are drawn anew, by number.
        pick: page and number of the candidate that a person chose.
    """

    studio: Studio
    book: BookFolder
    story: Story
    plan: BookPlan
    cast: tuple[Member, ...]
    tell: Tell
    only: frozenset[int] | None = None
    turns: Mapping[int, int] = field(default_factory=dict)
    pick: tuple[int, int] | None = None


def finished(work: Work) -> BookMade:
    """Do what a book lacks. Errors as in `castmates.studio.book.make_book`."""
    told = story_findings(work.story, work.plan.age, work.cast)
    for finding in told:
        work.tell(Warned(what=str(finding)))
    wanted = [_turned(each, work) for each in wanted_pages(work.plan, work.book)]
    base = take_base(_base(work), work.tell, work.studio)
    records = _records(work, wanted, base)
    if work.pick is not None:
        records[work.pick[0]] = _picked(work, records[work.pick[0]])
    pictures = printed(work.studio, work.book, work.plan, base, records, work.tell)
    drifts, sheet = write_sheet(work.book, work.plan, records)
    drawings: dict[int, Drawing] = {
        number: (pictures[number], _figures(record)) for number, record in records.items()
    }
    plan = with_safe_layouts(work.plan, records)
    cover = drawings.pop(COVER)
    imprint = Imprint(models=(_use(base),))
    book = assembled(work.story, plan, work.cast, drawings, imprint, cover)
    how = Binding(
        format=plan.format,
        layout=plan.layout,
        font=plan.font,
        paper=plan.paper,
        fill=plan.fill,
    )
    bound = bind(book, work.book.path, work.book.name, how, tell=work.tell)
    findings = [*told, *drifts, *bound.findings]
    paths = {part: str(path) for part, path in bound.files.items()}
    return BookMade(
        book=str(work.book.path),
        sheet=str(sheet),
        printable=bound.printable,
        findings=tuple(f"{each.level}: {each}" for each in findings),
        drawn=tuple(_made(work.book, number, record) for number, record in records.items()),
        **paths,
    )


def _base(work: Work) -> str:
    names = [figure.name for page in work.plan.page for figure in page.figure]
    first = work.studio.character(names[0]).character if names else None
    return base_name(work.studio, first, work.plan.base)


def _turned(wanted: Wanted, work: Work) -> Wanted:
    turn = work.turns.get(wanted.number)
    if turn is None or (wanted.record is not None and wanted.record.turn == turn):
        return wanted
    return replace(wanted, record=PageRecord(asked="", turn=turn))


def _records(work: Work, wanted: Sequence[Wanted], base: Base) -> dict[int, PageRecord]:
    """What became of every picture, after drawing and choosing what is missing."""
    kept = {
        each.number: each.record
        for each in wanted
        if each.record is not None and each.record.chosen and _stays(each, work)
    }
    artist = Illustrator(work.studio, base, work.plan, work.cast, work.tell)
    drafts = []
    for each in wanted:
        if each.number not in kept:
            turn = each.record.turn if each.record is not None else 0
            seed = seed_of(work.plan, each.number, turn)
            drafts.append(artist.draft(each, _count(each.record, work), seed))
    todo = [draft for draft in drafts if not _is_done(draft)]
    records = kept | {
        draft.wanted.number: draft.wanted.record
        for draft in drafts
        if draft not in todo and draft.wanted.record is not None
    }
    if todo:
        names = list(dict.fromkeys(f.name for page in work.plan.page for f in page.figure))
        plan = work.plan
        eyes = Onlooker.of(work.studio, base.name, names, plan.finder, plan.encoder, work.tell)
        _tell_far(eyes, todo, work.tell)
        artist.draw(todo)
        for draft, record in zip(todo, eyes.chosen(todo, work.tell), strict=True):
            keep_record(work.book, draft.wanted.number, record)
            records[draft.wanted.number] = record
    _tell_wrong(records, work.tell)
    return dict(sorted(records.items()))


def seed_of(plan: BookPlan, number: int, turn: int = 0) -> int:
    """The seed of a page's first candidate, the `turn`th time that it is drawn."""
    return plan.seed + _SEEDS_A_PAGE * number + _SEEDS_A_TURN * turn


def _count(record: PageRecord | None, work: Work) -> int:
    """How many candidates a page wants; one that was given more, or was redrawn, keeps its own."""
    drawn = len(record.candidates) if record is not None else 0
    redrawn = record is not None and record.turn > 0
    return drawn if drawn and redrawn else max(work.plan.candidates, drawn)


def _stays(wanted: Wanted, work: Work) -> bool:
    """Whether a drawn page is left as it is, whatever the plan says now."""
    there = wanted.record is not None and (wanted.folder / wanted.record.chosen).is_file()
    return there and (
        wanted.page.locked or (work.only is not None and wanted.number not in work.only)
    )


def _is_done(draft: Drafted) -> bool:
    record = draft.wanted.record
    if record is None or not (draft.wanted.folder / (record.chosen or "?")).is_file():
        return False
    # What a person picked stays, however many more candidates are asked for.
    return record.asked == asked(draft) or (record.picked and record.chosen in draft.files)


def _tell_far(eyes: Onlooker, drafts: Sequence[Drafted], tell: Tell) -> None:
    """Name pictures to start from that show something else than the page, before drawing."""
    pictures = starting([draft.wanted for draft in drafts])
    for draft in drafts:
        number = draft.wanted.number
        lacking = eyes.far(draft, pictures[number]) if number in pictures else []
        if lacking:
            start = draft.wanted.start
            what = f"{start} is far from {draft.wanted.called}: no {', '.join(lacking)} is in it."
            tell(Warned(what=what, fix="The page will lean to what the picture shows."))


def _tell_wrong(records: Mapping[int, PageRecord], tell: Tell) -> None:
    for number, record in records.items():
        mark = record.best.mark
        if mark.there is not None and not mark.right and not record.picked:
            where = f"Page {number}" if number else "The cover"
            what = f"{where}: no candidate came out right ({mark.says.rstrip('.')})."
            tell(Warned(what=what, fix=f"Draw it again: castmates book redraw … --page {number}"))


def keep_record(book: BookFolder, number: int, record: PageRecord) -> None:
    """Write what became of a page."""
    made(book.candidates(number))
    write_text(book.record(number), record.model_dump_json(indent=1) + "\n")


def _picked(work: Work, record: PageRecord) -> PageRecord:
    number, wanted = work.pick or (0, 0)
    if not 1 <= wanted <= len(record.candidates):
        what = f"There is no candidate {wanted}; there are {len(record.candidates)}."
        raise BadInput(what, f"They lie in {work.book.candidates(number)}")
    chosen = record.candidates[wanted - 1].file
    picked = record.model_copy(update={"chosen": chosen, "picked": True})
    keep_record(work.book, number, picked)
    return picked


def _figures(record: PageRecord) -> tuple[Figure, ...]:
    return tuple(Figure(one.name or "somebody", one.box) for one in record.best.seen)


def with_safe_layouts(plan: BookPlan, records: Mapping[int, PageRecord]) -> BookPlan:
    """Where nobody could look, or somebody was not found, words stand below the picture.

    There they cover nobody.
    """
    over: tuple[Layout, ...] = ("box", "spread")
    pages = [
        page.model_copy(update={"layout": "above"})
        if _is_unsure(records[page.number]) and (page.layout or plan.layout) in over
        else page
        for page in plan.page
    ]
    return plan.model_copy(update={"page": tuple(pages)})


def _is_unsure(record: PageRecord) -> bool:
    mark = record.best.mark
    return not record.looked or (mark.there is not None and not mark.right)


def _use(base: Base) -> ModelUse:
    facts = base.facts
    return ModelUse(name=base.name, licence=facts.licence, may_sell=facts.may_sell)


def _made(book: BookFolder, number: int, record: PageRecord) -> PageMade:
    at = [one.file for one in record.candidates].index(record.chosen)
    return PageMade(
        page=number,
        picture=str(Path(book.candidates(number)) / record.chosen),
        why=why(record.candidates, at),
        right=record.best.mark.right,
    )

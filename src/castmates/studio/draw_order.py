"""The verb `draw` as a door asks it: one prompt or many, over the cast, ranked, on sheets.

What ranks, lays out or reads a prompt file is loaded by the orders that ask for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from pydantic import Field

from castmates.core.errors import BadInput
from castmates.core.events import Made, Tell, Warned, silent
from castmates.core.types import Shot, Value
from castmates.drawing.shots import extended
from castmates.files.studio import Studio, slug
from castmates.prompts.reading import WHO
from castmates.studio.draw import Course, Picture, Wish, base_for, draw_read, read_wishes
from castmates.studio.draw_cast import for_members, members
from castmates.studio.draw_extras import Extras
from castmates.studio.draw_mark import Mark
from castmates.studio.draw_sheet import SheetKind, sheet_kind
from castmates.studio.styles import named_styles

USUAL = 4
"""Pictures of a prompt where nobody says a number, and nothing asks for one of each."""


class Order(Value):
    """What is to be drawn.

    Attributes:
        words: the prompt; "": from the file, or of a sheet.
        number: pictures of each prompt; None: 4, and one where there are several prompts.
        cast: whom `{who}` stands for (`castmates.studio.draw_cast.members`).
        prompts: a prompt file.
        styles: names, as people write them.
        best: put the pictures of each prompt in order.
        sheet: the kind of a character's sheet; None: none.
    """

    words: str = ""
    negative: str = ""
    number: int | None = Field(default=None, ge=1, le=256)
    seed: int = Field(default=0, ge=0)
    course: Course = Course()
    extras: Extras = Extras()
    cast: str | None = None
    prompts: Path | None = None
    styles: tuple[str, ...] = ()
    best: bool = False
    sheet: str | None = None


class Placed(Value):
    """A picture and what it is of.

    Attributes:
        base: what opens its base.
        member: whom `{who}` stood for.
        prompt: which line of a prompt file.
        cell: which cell of a sheet.
        mark: what ranks it; `best` of its prompt.
    """

    path: str
    shot: Shot
    base: str = ""
    member: str | None = None
    prompt: str = ""
    cell: str = ""
    mark: Mark | None = None
    best: bool = False


class Delivered(Value):
    """The pictures, those of one prompt together and the best first; and the sheets of them."""

    pictures: tuple[Placed, ...]
    sheets: tuple[str, ...] = ()

    @classmethod
    def of(cls, pictures: Sequence[Picture]) -> Delivered:
        """Pictures that belong to no prompt of an order."""
        placed = (Placed(path=one.path, shot=one.shot, base=one.base) for one in pictures)
        return cls(pictures=tuple(placed))


@dataclass(frozen=True)
class _Part:
    """A wish, the prompt that it came from, and its cell on a sheet."""

    wish: Wish
    prompt: str = ""
    cell: str = ""


def draw_order(
    studio: Studio,
    order: Order,
    *,
    base: str | None = None,
    into: Path | None = None,
    precise: bool = False,
    tell: Tell = silent,
) -> Delivered:
    """Draw what was ordered; all members and prompts share batches.

    Raises:
        BadInput, Missing, Unfit: as in `castmates.studio.draw.draw`; what does not fit in the
            order itself is told before any model is opened.
    """
    demand_sense(order)
    kind = sheet_kind(order.sheet) if order.sheet is not None else None
    parts = _parts(studio, order, kind, base, tell)
    found = read_wishes(studio, [part.wish for part in parts], base=base, tell=tell)
    jury = None
    if order.best:
        from castmates.studio.draw_best import jury_for

        jury = jury_for(studio, found, tell)
    drawn = draw_read(studio, found, into=into, precise=precise, tell=tell)
    placed: list[list[Placed]] = []
    for part, read, pictures in zip(parts, found, drawn, strict=True):
        marks = jury.marks_of(read, [one.path for one in pictures]) if jury else []
        placed.append(_ranked(part, pictures, marks, tell))
    sheets = _sheets(order, kind, placed, tell)
    return Delivered(pictures=tuple(one for some in placed for one in some), sheets=sheets)


def demand_sense(order: Order) -> None:
    """Refuse what cannot be meant. Raises BadInput."""
    if order.best and order.number == 1:
        what = "There is no best of one picture."
        raise BadInput(what, "Draw several: --best --count 4")
    if order.prompts is not None and order.words:
        what = "Both a prompt and a prompt file were given."
        raise BadInput(what, "Write the prompt into the file, or leave --prompts out.")
    if order.sheet is not None and (order.best or order.prompts is not None):
        other = "--best" if order.best else "--prompts"
        what = f"A sheet has prompts of its own, and a place for each; {other} does not go with it."
        raise BadInput(what, f"Leave {other} out.")
    if not (order.words.strip() or order.prompts is not None or order.sheet is not None):
        raise BadInput("There are no words to draw.", 'Write: castmates draw "a fox in the snow"')


def _parts(
    studio: Studio, order: Order, kind: SheetKind | None, base: str | None, tell: Tell
) -> list[_Part]:
    """A wish for each prompt, member and cell."""
    styles = named_styles(studio, order.styles)
    words = order.words if order.words.strip() else f"{{{WHO}}}"
    like = Wish(
        words=words,
        negative=order.negative,
        seed=order.seed,
        course=order.course,
        extras=order.extras,
        styles=styles,
    )
    wishes = [like]
    if order.prompts is not None:
        from castmates.studio.draw_prompts import wishes_of

        wishes = wishes_of(order.prompts, like, tell)
    cast = members(studio, order.cast, [wish.words for wish in wishes], tell)
    several = bool(cast or kind or order.prompts)
    number = order.number or (1 if several and not order.best else USUAL)
    parts = []
    for wish in wishes:
        for one in for_members([wish], cast):
            counted = one.model_copy(update={"number": number})
            parts += _cells(studio, counted, kind, base) if kind else [_Part(counted, wish.words)]
    if kind:
        _tell_left_out(studio, [part.wish for part in parts], kind, base, tell)
    return parts


def _cells(studio: Studio, wish: Wish, kind: SheetKind, base: str | None) -> list[_Part]:
    """A wish for each cell of a sheet: the same seed and settings."""
    prompts = kind.prompts(wish.words, base_for(studio, wish, base), bool(wish.styles))
    stem = wish.name or "sheet"
    return [
        _Part(
            wish.model_copy(update={"words": words, "name": f"{stem}-{slug(label)}"}),
            wish.words,
            label,
        )
        for label, words in prompts.items()
    ]


def _tell_left_out(
    studio: Studio, wishes: Sequence[Wish], kind: SheetKind, base: str | None, tell: Tell
) -> None:
    for name in dict.fromkeys(base_for(studio, wish, base) for wish in wishes):
        if without := kind.without(name):
            what = f"{name} has no words for: {', '.join(without)}; they are left out."
            tell(Warned(what=what))


def _ranked(
    part: _Part, pictures: Sequence[Picture], marks: Sequence[Mark], tell: Tell
) -> list[Placed]:
    """The pictures of a wish in their order; the best one's file says so."""
    placed = [
        Placed(
            path=one.path,
            shot=one.shot,
            base=one.base,
            member=part.wish.who,
            prompt=part.prompt,
            cell=part.cell,
            mark=marks[i] if marks else None,
        )
        for i, one in enumerate(pictures)
    ]
    if not marks:
        return placed
    from castmates.studio.draw_best import best_name, order_of

    first, *others = (placed[i] for i in order_of(marks))
    path = Path(first.path).rename(best_name(Path(first.path)))
    tell(Made(what="best", path=str(path)))
    return [first.model_copy(update={"path": str(path), "best": True}), *others]


def _sheets(
    order: Order, kind: SheetKind | None, placed: Sequence[Sequence[Placed]], tell: Tell
) -> tuple[str, ...]:
    """The labelled sheets: one of each character's cells, else one of everything."""
    over_cast = any(some[0].member for some in placed)
    if not (kind or order.best or order.prompts or over_cast):
        return ()
    from castmates.studio.draw_pages import page_of_cells, page_of_prompts, write_page

    styles = extended(placed[0][0].shot).styles
    if kind is None:
        return (write_page(page_of_prompts(placed, styles), tell),)
    name = (order.sheet or "").strip().lower()
    grouped = groupby(placed, key=lambda some: some[0].member)
    pages = [page_of_cells(name, kind, list(some), styles) for _, some in grouped]
    return tuple(write_page(page, tell) for page in pages)

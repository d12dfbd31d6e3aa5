"""The plan of a book's pictures: the value that `book.toml` holds; proposes nothing itself."""

from __future__ import annotations

from pydantic import Field, field_validator

from castmates.books.values import Layout
from castmates.core.types import Value

MOST_FIGURES = 4
"""In one picture: beyond, nobody can be told apart."""
CANDIDATES = 8
"""Of each page: more find a better one rarely (docs/books.md)."""


class PlannedFigure(Value):
    """Somebody in a picture."""

    name: str
    outfit: str = ""
    pose: str = "standing"
    expression: str = "smile"
    view: str = "from front"
    hat: str = ""
    holds: str = ""


class PlannedPage(Value):
    """What one page shows.

    Attributes:
        number: of the page, from 1.
        begins: the page's first words, to find it again when the story changes.
        where, time, weather: the place, "day" or "night", and "" for nothing special.
        framing: full body, upper body or close-up.
        action: more words for the picture, as you would write a prompt.
        style, base: of this page alone; without them, those of the book.
        layout: box, facing, spread or above; without it, that of the book.
        start: a sketch or photo that the picture starts from.
        locked: a new proposal leaves this page as it is.
        figure: who is there, from left to right.
    """

    number: int = Field(ge=1)
    begins: str = ""
    where: str = ""
    time: str = "day"
    weather: str = ""
    framing: str = "full body"
    action: str = ""
    style: str | None = None
    base: str | None = None
    layout: Layout | None = None
    start: str | None = None
    locked: bool = False
    figure: tuple[PlannedFigure, ...] = Field(default=(), max_length=MOST_FIGURES)


class BookPlan(Value):
    """A picture book: what each page shows. Edit it as you like; nothing here is overwritten.

    Attributes:
        story: the file with the words, beside this one.
        age: of the readers, in years; decides the size of the type.
        format: of the page: 8.5x8.5, 8x10, 8.5x11, A4 or A5-landscape.
        layout: box (words on a full picture), facing, spread or above; pages may differ.
        font: classic, round, plain, dyslexia or opendyslexic.
        paper: what the printer prints on; decides how thick the spine is.
        style: of every picture ("watercolor").
        base: the model that draws; without it, the studio's.
        cast: who plays whom, as "Sasha = pip"; without it, names as the studio has them.
        cover: a photo or drawing that the cover's picture starts from.
        candidates: drawn of each page, of which the best is taken.
        seed: another seed is another book.
        finder, encoder: who looks at the pictures; "none" is nobody, without them whoever knows
            the base.
        upscaler: to the size of the print; without it, the base's own.
        fill: pages to draw on are added until the printer has as many as he wants.
        page: the pages, in order.
    """

    title: str
    story: str = "story.md"
    author: str = ""
    dedication: str = ""
    blurb: str = ""
    language: str = "en"
    age: int = Field(default=5, ge=2, le=99)
    format: str = "8.5x8.5"
    layout: Layout = "box"
    font: str = "round"
    paper: str = "kdp-premium-color"
    style: str = "flat color"
    base: str | None = None
    cast: tuple[str, ...] = ()
    cover: str | None = None
    candidates: int = Field(default=CANDIDATES, ge=1, le=64)
    seed: int = Field(default=0, ge=0)
    finder: str | None = None
    encoder: str | None = None
    upscaler: str | None = None
    fill: bool = False
    page: tuple[PlannedPage, ...] = ()

    @field_validator("page")
    @classmethod
    def _in_order(cls, pages: tuple[PlannedPage, ...]) -> tuple[PlannedPage, ...]:
        numbers = [page.number for page in pages]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"pages are numbered {numbers}; wanted 1, 2, 3 … in order")
        return pages

"""The book as the rooms of this floor hand it on: words, pictures, who is where; knows no file.

One half makes the words and the plan, another draws; both meet in `BookPage`, whose picture and
figures may be filled in by anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from castmates.core.ports import Pixels
from castmates.core.types import Value

Box = tuple[float, float, float, float]
"""Left, top, right, bottom as fractions 0..1 of a picture; right and bottom exclusive."""

Layout = Literal["box", "facing", "spread", "above"]
LAYOUTS: tuple[Layout, ...] = ("box", "facing", "spread", "above")
"""Full-bleed with a text box, text facing the picture, over the gutter, picture above the text."""


@dataclass(frozen=True)
class Figure:
    """Somebody in a picture: where all of it is and, if known, where its face is."""

    name: str
    box: Box
    face: Box | None = None


@dataclass(frozen=True, eq=False)
class BookPage:
    """One page of the story.

    Attributes:
        number: from 1.
        text: Markdown of a page: paragraphs, `*emphasis*`, hard line breaks.
        picture: (H, W, 3) uint8, or a file of one; None: not drawn yet.
        figures: who is in the picture; no word is ever set over them.
        alt: what the picture shows, in one sentence, for who cannot see it.
        layout: None: as the book has it.
    """

    number: int
    text: str
    picture: Pixels | Path | None = None
    figures: tuple[Figure, ...] = ()
    alt: str = ""
    layout: Layout | None = None


class ModelUse(Value):
    """A model that had a part in the book, and what its licence allows.

    Attributes:
        part: what it did ("drew the pictures", "wrote the words").
        may_sell: whether what it made may be sold; None: its licence does not say.
    """

    name: str
    part: str = "drew the pictures"
    licence: str = ""
    may_sell: bool | None = None


class Imprint(Value):
    """What the page behind the title says beside the names.

    Attributes:
        year: of the book; none: not said.
        by_ai: whether pictures or words were made with AI, and shall be said to be.
        notes: further lines, as they shall stand there.
    """

    year: int | None = None
    models: tuple[ModelUse, ...] = ()
    by_ai: bool = True
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Book:
    """Everything that is bound.

    Attributes:
        age: of the readers, in years; decides sizes.
        language: BCP 47 ("en", "de", "ar").
        blurb: the words on the back cover.
        cover: picture of the front; None: that of the first page.
        cover_figures: who is in it.
    """

    title: str
    pages: tuple[BookPage, ...]
    author: str = ""
    dedication: str = ""
    blurb: str = ""
    age: int = 5
    language: str = "en"
    cover: Pixels | Path | None = None
    cover_figures: tuple[Figure, ...] = ()
    imprint: Imprint = field(default_factory=Imprint)


Level = Literal["stop", "look", "note"]


@dataclass(frozen=True)
class Finding:
    """Something that deserves to be known before a book is printed.

    Attributes:
        level: `stop` a printer would refuse it; `look` a reader may stumble; `note` just said.
        page: of the story, from 1; None: all of the book.
    """

    level: Level
    what: str
    fix: str = ""
    page: int | None = None

    def __str__(self) -> str:
        where = f"Page {self.page}: " if self.page else ""
        return f"{where}{self.what} {self.fix}".strip()

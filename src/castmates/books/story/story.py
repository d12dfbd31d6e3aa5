"""A story: a title and pages of words with notes for the pictures; knows no format of files."""

from __future__ import annotations

from dataclasses import dataclass

from castmates.books.values import Layout

MOST_PAGES = 64
MOST_WORDS = 220
"""On one page: with more, no type that a child can read fits beside a picture."""


@dataclass(frozen=True)
class StoryPage:
    """One page of words.

    Attributes:
        number: from 1.
        text: Markdown: paragraphs, emphasis, hard line breaks.
        note: what the picture shall show, in the author's words; "": nothing said.
        layout: how this page is laid out; None: as the book.
        line: where it begins in its file, from 1; 0: in none.
    """

    number: int
    text: str
    note: str = ""
    layout: Layout | None = None
    heading: str = ""
    line: int = 0


@dataclass(frozen=True)
class Story:
    """A title, pages, and what else the file says of itself (None and "": nothing).

    Attributes:
        cast: who plays whom, as "Sasha = pip".
    """

    title: str
    pages: tuple[StoryPage, ...]
    author: str = ""
    dedication: str = ""
    blurb: str = ""
    age: int | None = None
    language: str = "en"
    cast: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(page.text for page in self.pages)

"""A book's folder: where words, plan, candidates and bound files lie; knows no plan.

books/the-snow-day/
  story.md  book.toml           the words, and what each page shows
  pictures/05/00-1005-….png     every candidate of page 5, with its shot inside
  pictures/05/page.json         what was seen of them, and which one was chosen
  pictures/05.jpg               the chosen one at the size of the print; 00.jpg is the cover's
  the-snow-day.pdf …            the bound files, beside pages/ and continuity.html
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from castmates.core.errors import Missing
from castmates.core.near import did_you_mean
from castmates.files.studio import Studio


@dataclass(frozen=True)
class BookFolder:
    """One book; nothing is made before something is written."""

    path: Path

    @classmethod
    def of(cls, studio: Studio, name: str) -> BookFolder:
        """The folder of a book of that name, there or not."""
        return cls(studio.path / "books" / name)

    @classmethod
    def open(cls, studio: Studio, name: str) -> BookFolder:
        """A book that is there, by its name or its folder. Raises Missing with near names."""
        given = Path(name)
        for folder in (studio.path / "books" / name, given):
            if (folder / "book.toml").is_file():
                return cls(folder)
        known = sorted(p.parent.name for p in (studio.path / "books").glob("*/book.toml"))
        raise Missing(f"No book '{name}' in {studio.path}.", did_you_mean(name, known))

    @property
    def name(self) -> str:
        return self.path.name

    @property
    def story(self) -> Path:
        return self.path / "story.md"

    @property
    def plan(self) -> Path:
        return self.path / "book.toml"

    @property
    def journal(self) -> Path:
        return self.path / "events.jsonl"

    @property
    def sheet(self) -> Path:
        return self.path / "continuity.html"

    def candidates(self, page: int) -> Path:
        """The folder of a page's candidates; page 0 is the cover."""
        return self.path / "pictures" / f"{page:02d}"

    def record(self, page: int) -> Path:
        """What was seen of a page's candidates."""
        return self.candidates(page) / "page.json"

    def print(self, page: int, made_of: str) -> Path:
        """A page's chosen picture at the size of the print.

        Args:
            made_of: says which candidate, and how it was enlarged.
        """
        return self.path / "pictures" / f"{page:02d}-{made_of}.jpg"

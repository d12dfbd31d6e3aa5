"""What printers and their papers want; the table is `printers.toml`."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib.resources import files

from castmates.core.errors import BadInput
from castmates.core.near import did_you_mean
from castmates.core.types import Value


class Printer(Value):
    """A printer's rules.

    Attributes:
        fewest, most, multiple: of pages.
        spine_words: pages from which words may stand on the spine.
        dpi, least_dpi: of pictures: wanted, and below which they are refused.
        face: inches that faces keep from the trim.
        inner_bleed: whether pages bleed at the binding too.
    """

    shown: str
    fewest: int
    most: int
    multiple: int
    spine_words: int
    dpi: int
    least_dpi: int
    face: float
    inner_bleed: bool


class Paper(Value):
    """A paper: `sheet` inches a page, `board` inches for the cover."""

    printer: str
    sheet: float
    board: float

    def spine(self, pages: int) -> float:
        """The width of the spine in points: (pages × sheet + board) × 72."""
        return 72.0 * (pages * self.sheet + self.board)


class _Table(Value):
    printer: dict[str, Printer]
    paper: dict[str, Paper]


@cache
def _table() -> _Table:
    text = (files("castmates.books.binding") / "printers.toml").read_text(encoding="utf-8")
    return _Table.model_validate(tomllib.loads(text))


def paper_named(name: str) -> Paper:
    """A paper by name. Raises BadInput with the nearest known one."""
    papers = _table().paper
    if name not in papers:
        raise BadInput(f"No paper is called '{name}'.", did_you_mean(name, papers))
    return papers[name]


def printer_of(paper: Paper) -> Printer:
    """The printer that has a paper."""
    return _table().printer[paper.printer]


def paper_names() -> list[str]:
    """Every paper that a book can be printed on."""
    return list(_table().paper)

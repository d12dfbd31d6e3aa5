"""Draws the labelled sheet of a plot as one picture; judges nothing.

Labels wrap where they are long, in the middle of a word if need be; they are never made smaller.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt

from PIL import Image

from castmates.core.ports import Pixels
from castmates.judging.canvas import (
    CARD,
    INK,
    LEAF,
    LINE,
    PAPER,
    PICK,
    SOFT,
    Canvas,
    fitted,
    font,
    wrapped,
)
from castmates.judging.plots.axes import label
from castmates.judging.plots.readings import Reading
from castmates.judging.plots.view import Block, View
from castmates.judging.reasons import figure

LARGEST, SMALLEST = 320, 40
"""Sides between which cells are shown, in pixels."""
MOST_PIXELS = 60_000_000
"""Of a sheet; larger plots have smaller cells."""
_GAP, _EDGE, _TITLE, _FOOT = 12, 28, 96, 22
_LETTERS, _LINE = 15, 19
_NARROWEST, _WIDEST_BAND = 84, 200


@dataclass(frozen=True)
class Sheet:
    """Where everything stands, in pixels.

    Attributes:
        picture: width and height of a cell's place.
        scored: whether there are readings under the cells.
    """

    view: View
    picture: tuple[int, int]
    scored: bool = False

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height from one picture to the next."""
        foot = _FOOT if self.scored else 0
        return max(self.picture[0], _NARROWEST) + _GAP, self.picture[1] + foot + _GAP

    @cached_property
    def band(self) -> int:
        """Width of the labels of rows."""
        if self.view.rows is None:
            return _GAP
        words = [*self.view.row_labels, self.view.rows.kind]
        longest = max(float(font(_LETTERS).getlength(word)) for word in words)
        return round(min(max(longest, 48), _WIDEST_BAND)) + 2 * _GAP

    @cached_property
    def column_lines(self) -> list[list[str]]:
        width = self.cell[0] - _GAP
        return [lines(text, width, 5) for text in self.view.column_labels]

    @cached_property
    def head(self) -> int:
        """Height of the labels of columns, with the name of their axis."""
        return 2 * _GAP + 16 + _LINE * max(len(some) for some in self.column_lines)

    @cached_property
    def inner(self) -> int:
        """Width of a block's pictures and labels."""
        return self.band + len(self.column_lines) * self.cell[0]

    def title_lines(self, block: Block) -> list[list[str]]:
        """The lines of each of a block's titles."""
        room = max(self.inner - 2 * _GAP, 240)
        return [lines(f"{kind}: {label(kind, value)}", room, 3) for kind, value in block.titles]

    @cached_property
    def above(self) -> int:
        """Height of the titles of blocks."""
        counts = [sum(map(len, self.title_lines(block))) for block in self.view.blocks]
        return _LINE * max(counts) + _GAP if max(counts) else 0

    @cached_property
    def block(self) -> tuple[int, int]:
        """Width and height of a block's card."""
        width = max(self.inner + _GAP, 240 + 2 * _GAP)
        rows = len(self.view.row_labels)
        return width, self.above + self.head + rows * self.cell[1] + _GAP

    @cached_property
    def across(self) -> int:
        """Blocks side by side."""
        count = len(self.view.blocks)
        width, height = self.block
        return self.view.across or max(1, min(count, round(sqrt(1.6 * count * height / width))))

    @cached_property
    def size(self) -> tuple[int, int]:
        """Width and height of the sheet."""
        down = ceil(len(self.view.blocks) / self.across)
        width = _EDGE + self.across * (self.block[0] + _EDGE)
        return max(width, 480), _TITLE + down * (self.block[1] + _EDGE)

    def corner(self, number: int) -> tuple[int, int]:
        """The upper left corner of a block's card."""
        row, column = divmod(number, self.across)
        x = _EDGE + column * (self.block[0] + _EDGE)
        return x, _TITLE + row * (self.block[1] + _EDGE)

    def place(self, number: int, row: int, column: int) -> tuple[int, int]:
        """The upper left corner of a cell's place."""
        x, y = self.corner(number)
        return (
            x + self.band + column * self.cell[0] + (self.cell[0] - _GAP - self.picture[0]) // 2,
            y + self.above + self.head + row * self.cell[1],
        )


def sheet_of(view: View, natural: tuple[int, int], scored: bool = False) -> Sheet:
    """The sheet with the largest cells that fit: none larger than `natural`.

    Args:
        natural: width and height of the largest picture.
    """
    side = min(max(natural), LARGEST)
    while True:
        scale = side / max(natural)
        picture = (max(8, round(natural[0] * scale)), max(8, round(natural[1] * scale)))
        found = Sheet(view, picture, scored)
        if found.size[0] * found.size[1] <= MOST_PIXELS or side <= SMALLEST:
            return found
        side = max(SMALLEST, side * 7 // 8)


def draw(
    sheet: Sheet,
    picture: Callable[[tuple[str, ...]], Pixels | None],
    heading: tuple[str, str],
    readings: Mapping[tuple[str, ...], Reading] | None = None,
) -> Pixels:
    """Draw the sheet.

    Args:
        picture: a cell's values -> its picture; None leaves its place empty.
        heading: the title, and the line below it.
        readings: a cell's values -> what is written under it.

    Returns:
        (H, W, 3) with W, H = `sheet.size`.
    """
    page = _Page(sheet)
    page.heading(*heading)
    for number, block in enumerate(sheet.view.blocks):
        page.labels(number, block)
        for row, places in enumerate(block.rows):
            for column, at in enumerate(places):
                spot = sheet.place(number, row, column)
                page.cell(spot, picture(at), (readings or {}).get(at))
    return page.pixels()


class _Page(Canvas):
    """The paper of one sheet."""

    def __init__(self, sheet: Sheet) -> None:
        super().__init__(sheet.size)
        self.sheet = sheet

    def heading(self, title: str, line: str) -> None:
        width = self.sheet.size[0] - 2 * _EDGE
        self.text((_EDGE, 18), fitted(title, 30, width), 30, INK, bold=True)
        self.text((_EDGE, 60), fitted(line, 14, width), 14, SOFT)

    def labels(self, number: int, block: Block) -> None:
        """A block's card, its titles and the labels of its columns and rows."""
        sheet, view = self.sheet, self.sheet.view
        x, y = sheet.corner(number)
        width, height = sheet.block
        self.rounded((x, y, x + width, y + height), 16, CARD, LINE, 1)
        at = y + _GAP
        for some in sheet.title_lines(block):
            at = self._lines((x + 2 * _GAP, at), some, "la")
        top = y + sheet.above + _GAP
        middle = x + sheet.band + (sheet.inner - sheet.band - _GAP) // 2
        self.text((middle, top - 2), view.columns.kind, 12, SOFT, "ma")
        for column, some in enumerate(sheet.column_lines):
            left, first = sheet.place(number, 0, column)
            start = first - 6 - _LINE * len(some)
            self._lines((left + sheet.picture[0] // 2, start), some, "ma")
        if view.rows is None:
            return
        right = x + sheet.band - _GAP
        self.text((right, sheet.place(number, 0, 0)[1] - 18), view.rows.kind, 12, SOFT, "ra")
        most = max(1, sheet.picture[1] // _LINE)
        for row, text in enumerate(view.row_labels):
            some = lines(text, sheet.band - 2 * _GAP, most)
            start = sheet.place(number, row, 0)[1] + (sheet.picture[1] - _LINE * len(some)) // 2
            self._lines((right, start), some, "ra")

    def _lines(self, spot: tuple[int, int], some: Sequence[str], anchor: str) -> int:
        for number, line in enumerate(some):
            self.text((spot[0], spot[1] + _LINE * number), line, _LETTERS, INK, anchor)
        return spot[1] + _LINE * len(some)

    def cell(self, spot: tuple[int, int], picture: Pixels | None, reading: Reading | None) -> None:
        """A picture in its place, whole, and its readings below."""
        width, height = self.sheet.picture
        radius = min(10, width // 8)
        if picture is None:
            self.rounded((*spot, spot[0] + width, spot[1] + height), radius, PAPER, LINE, 1)
            return
        image = Image.fromarray(picture)
        scale = min(width / image.width, height / image.height)
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        corner = (spot[0] + (width - size[0]) // 2, spot[1] + (height - size[1]) // 2)
        self.picture(corner, image.resize(size, Image.Resampling.LANCZOS), radius)
        if reading is None:
            return
        below, wide = spot[1] + height + 4, max(width, _NARROWEST)
        left = spot[0] - (wide - width) // 2
        alike = "" if reading.likeness is None else figure(min(1.0, max(0.0, reading.likeness)))
        self.text((left + 3, below), alike, 12, SOFT)
        missed = reading.missed
        said = f"no {missed[0]}" if missed else ("all there" if reading.wanted else "")
        tone = PICK if missed else LEAF
        self.text((left + wide - 3, below), fitted(said, 12, wide - 40), 12, tone, "ra")


def lines(text: str, width: float, most: int) -> list[str]:
    """A label in at most so many lines; words that are wider than a line are broken."""
    face = font(_LETTERS)
    words: list[str] = []
    for word in text.split():
        while face.getlength(word) > width and len(word) > 1:
            fits = max(1, next(n for n in range(len(word), 0, -1) if _fits(word[:n], width)))
            words.append(word[:fits])
            word = word[fits:]
        words.append(word)
    return wrapped(" ".join(words), _LETTERS, width, most)


def _fits(text: str, width: float) -> bool:
    return len(text) == 1 or font(_LETTERS).getlength(text) <= width

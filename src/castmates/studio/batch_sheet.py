"""Draws the labelled sheet of batches: a card a step, a cell a picture; knows no training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

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
    wrapped,
)

AT_ONCE = 6
"""Batches on one sheet."""
SIDE = 168
"""The box of a picture, in pixels."""
_ACROSS, _GAP, _EDGE, _TITLE, _HEAD, _LINES = 4, 16, 28, 96, 52, 4
_CELL = 2 * SIDE + 8
_NAME, _MARKS, _LINE = 24, 18, 17
"""Pixels down: a picture's name, what was done to it, a line of its words."""


@dataclass(frozen=True, eq=False)
class Cell:
    """One picture of a batch.

    Attributes:
        seen, noisy: as it is cut and changed; with the noise of its timestep.
        name, time: "0003.png, look 2", "t 412".
        words: the caption as it is read.
        changes, role: what was done to it, and whose picture it is; "": nothing, the character's.
    """

    seen: Pixels
    noisy: Pixels
    name: str
    time: str
    words: str
    changes: str = ""
    role: str = ""

    @property
    def marks(self) -> str:
        return ", ".join(part for part in (self.role, self.changes) if part)

    @property
    def lines(self) -> list[str]:
        return wrapped(self.words, 13, _CELL - 4, _LINES) if self.words else ["(no words)"]

    @property
    def high(self) -> int:
        """Pixels of its pictures' boxes, downwards."""
        height, width = map(int, self.seen.shape[:2])
        return round(SIDE * height / max(width, height))


@dataclass(frozen=True, eq=False)
class Card:
    """One batch.

    Attributes:
        title, line: its heading, and what stands beside it.
        cells: its pictures, all of one shape.
        across: how many of them would best stand in one row.
    """

    title: str
    line: str
    cells: tuple[Cell, ...]
    across: int

    @property
    def marked(self) -> int:
        """Pixels down for what was done to its pictures; 0: nothing was."""
        return _MARKS if any(cell.marks for cell in self.cells) else 0

    @property
    def row(self) -> int:
        """Pixels down of one row of cells."""
        lines = max(len(cell.lines) for cell in self.cells)
        return self.cells[0].high + _NAME + self.marked + _LINE * lines + _GAP

    def high(self, columns: int) -> int:
        """Pixels down of the whole card."""
        return _HEAD + -(-len(self.cells) // columns) * self.row


def draw(cards: Sequence[Card], title: str, line: str) -> Pixels:
    """The sheet, (H, W, 3). Small batches stand side by side."""
    columns = min(_ACROSS, max(card.across for card in cards))
    across = max(1, _ACROSS // columns)
    width = columns * (_CELL + _GAP) + _GAP
    rows = [cards[i : i + across] for i in range(0, len(cards), across)]
    heights = [max(card.high(columns) for card in row) for row in rows]
    used = min(across, len(cards))
    size = (
        max(_EDGE + used * (width + _EDGE), 720),
        _TITLE + sum(height + _EDGE for height in heights),
    )
    sheet = _Sheet(size)
    sheet.text((_EDGE, 20), fitted(title, 30, size[0] - 2 * _EDGE), 30, INK, bold=True)
    sheet.text((_EDGE, 60), fitted(line, 15, size[0] - 2 * _EDGE), 15, SOFT)
    y = _TITLE
    for row, height in zip(rows, heights, strict=True):
        for place, card in enumerate(row):
            x = _EDGE + place * (width + _EDGE)
            sheet.card((x, y, x + width, y + height), card, columns)
        y += height + _EDGE
    return sheet.pixels()


class _Sheet(Canvas):
    def card(self, box: tuple[int, int, int, int], card: Card, columns: int) -> None:
        self.rounded(box, 18, CARD, LINE, 1)
        self.text((box[0] + _GAP + 4, box[1] + 14), card.title, 20, INK, bold=True)
        self.text((box[2] - _GAP - 4, box[1] + 19), card.line, 13, SOFT, "ra")
        for place, cell in enumerate(card.cells):
            row, column = divmod(place, columns)
            x = box[0] + _GAP + column * (_CELL + _GAP)
            self._cell((x, box[1] + _HEAD + row * card.row), cell, card.marked)

    def _cell(self, spot: tuple[int, int], cell: Cell, marked: int) -> None:
        x, y = spot
        self._shown((x, y), cell.seen, cell.high)
        self._shown((x + SIDE + 8, y), cell.noisy, cell.high)
        y += cell.high + 6
        self.text((x + 2, y), fitted(cell.name, 13, SIDE - 4), 13, INK)
        self.text((x + SIDE + 10, y), cell.time, 13, INK)
        tone = PICK if cell.role else LEAF
        self.text((x + 2, y + _MARKS), fitted(cell.marks, 12, _CELL - 4), 12, tone)
        for number, line in enumerate(cell.lines):
            self.text((x + 2, y + _MARKS + marked + _LINE * number), line, 13, SOFT)

    def _shown(self, spot: tuple[int, int], pixels: Pixels, high: int) -> None:
        """Whole and in its own shape, in the middle of its box."""
        picture = Image.fromarray(pixels)
        scale = SIDE / max(picture.size)
        width, height = (max(1, round(side * scale)) for side in picture.size)
        small = picture.resize((width, height), Image.Resampling.LANCZOS)
        self.rounded((*spot, spot[0] + SIDE, spot[1] + high), 10, PAPER, LINE, 1)
        self.picture((spot[0] + (SIDE - width) // 2, spot[1]), small, 10)

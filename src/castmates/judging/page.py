"""The canvas of a labelled sheet: cards, thumbnails, marks and words; knows no study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from castmates.core.ports import Pixels
from castmates.judging.canvas import (
    CARD,
    INK,
    LINE,
    PAPER,
    PICK,
    SOFT,
    Canvas,
    Colour,
    fitted,
    wrapped,
)


@dataclass(frozen=True)
class Sheet:
    """Where everything stands, in pixels.

    Attributes:
        rows, columns, panels: epochs, strengths, prompts.
        side: of a thumbnail.
    """

    rows: int
    columns: int
    panels: int
    side: int = 144
    gap: int = 14
    foot: int = 24
    edge: int = 28
    left: int = 84
    title: int = 96
    head: int = 150

    @property
    def cell(self) -> tuple[int, int]:
        """Width and height from one thumbnail to the next."""
        return (self.side + self.gap, self.side + self.foot + self.gap)

    @property
    def panel(self) -> tuple[int, int]:
        """Width and height of one prompt's card."""
        width = self.left + self.columns * self.cell[0] + self.gap
        return (width, self.head + self.rows * self.cell[1] + self.gap)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the whole sheet; panels stand side by side, two in a row."""
        across, down = min(self.panels, 2), -(-self.panels // 2)
        width = self.edge + across * (self.panel[0] + self.edge)
        return (width, self.title + down * (self.panel[1] + self.edge))

    def corner(self, panel: int) -> tuple[int, int]:
        """The upper left corner of a panel."""
        x = self.edge + (panel % 2) * (self.panel[0] + self.edge)
        return (x, self.title + (panel // 2) * (self.panel[1] + self.edge))

    def place(self, panel: int, row: int, column: int) -> tuple[int, int]:
        """The upper left corner of a thumbnail."""
        x, y = self.corner(panel)
        return (x + self.left + column * self.cell[0], y + self.head + row * self.cell[1])


class Page(Canvas):
    """The canvas of one sheet."""

    def __init__(self, layout: Sheet) -> None:
        super().__init__(layout.size)
        self.sheet = layout

    def heading(self, title: str, line: str) -> None:
        """The title and the line below it."""
        edge, width = self.sheet.edge, self.sheet.size[0] - 2 * self.sheet.edge
        self.text((edge, 20), fitted(title, 30, width), 30, INK, bold=True)
        self.text((edge, 60), fitted(line, 15, width), 15, SOFT)

    def card(self, panel: int, label: str, words: str) -> None:
        """A panel's card with its heading."""
        x, y = self.sheet.corner(panel)
        width, height = self.sheet.panel
        self.rounded((x, y, x + width, y + height), 18, CARD, LINE, 1)
        room = width - 2 * self.sheet.gap - 120
        self.text((x + 20, y + 16), fitted(label, 20, room), 20, INK, bold=True)
        for number, line in enumerate(wrapped(words, 13, room, 3)):
            self.text((x + 20, y + 44 + 17 * number), line, 13, SOFT)

    def without(self, panel: int, picture: Pixels | None) -> None:
        """The base's own picture, at the right of the panel's head."""
        x, y = self.sheet.corner(panel)
        side = 84
        spot = (x + self.sheet.panel[0] - side - self.sheet.gap, y + 14)
        self.thumbnail(spot, picture, side)
        self.text((spot[0] + side // 2, spot[1] + side + 3), "no adapter", 11, SOFT, "ma")

    def axes(self, panel: int, strengths: Sequence[float], epochs: Sequence[int]) -> None:
        """The labels of columns and rows."""
        side = self.sheet.side
        for column, strength in enumerate(strengths):
            x, y = self.sheet.place(panel, 0, column)
            self.text((x + side // 2, y - 22), f"{strength:g}", 15, INK, "ma")
        for row, epoch in enumerate(epochs):
            x, y = self.sheet.place(panel, row, 0)
            self.text((x - 16, y + side // 2 - 20), "epoch", 11, SOFT, "ra")
            self.text((x - 16, y + side // 2 - 6), f"{epoch}", 22, INK, "ra")
        x, y = self.sheet.place(panel, 0, 0)
        self.text((x - 16, y - 19), "strength", 11, SOFT, "ra")

    def thumbnail(self, spot: tuple[int, int], picture: Pixels | None, side: int) -> None:
        """A picture with round corners; an empty frame where there is none."""
        if picture is None:
            self.rounded((*spot, spot[0] + side, spot[1] + side), 12, PAPER, LINE, 1)
            return
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        self.picture(spot, small, 12)

    def figures(self, spot: tuple[int, int], left: str, right: str, tone: Colour) -> None:
        """Two small readings under a thumbnail, the right one coloured."""
        x, y, side = spot[0], spot[1] + self.sheet.side + 4, self.sheet.side
        self.text((x + 4, y), left, 12, SOFT)
        self.text((x + side - 4, y), fitted(right, 12, side - 66), 12, tone, "ra")

    def mark(self, spot: tuple[int, int]) -> None:
        """Frame the pick and pin a star to its corner."""
        x, y, side = spot[0], spot[1], self.sheet.side
        self.rounded((x - 5, y - 5, x + side + 5, y + side + 5), 16, None, PICK, 4)
        radius = 15
        middle = (x + side - 4, y + 4)
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        self.rounded(box, radius, PICK, CARD, 2)
        self.star(middle, 9.0)

"""The canvas of a labelled sheet: cards, thumbnails, marks and words; knows no study."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from castmates.core.ports import Pixels

Colour = tuple[int, int, int]

PAPER: Colour = (251, 246, 236)
CARD: Colour = (255, 253, 248)
LINE: Colour = (232, 221, 202)
INK: Colour = (58, 49, 42)
SOFT: Colour = (133, 119, 104)
PICK: Colour = (214, 92, 66)
LEAF: Colour = (92, 138, 88)

FINE = 4
"""Shapes and corners are drawn this many times larger and shrunk, so that they are smooth."""


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


class Page:
    """The canvas of one sheet."""

    def __init__(self, layout: Sheet) -> None:
        self.sheet = layout
        self._image = Image.new("RGB", layout.size, PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def pixels(self) -> Pixels:
        """The finished sheet."""
        return np.asarray(self._image, dtype=np.uint8)

    def heading(self, title: str, line: str) -> None:
        """The title and the line below it."""
        edge, width = self.sheet.edge, self.sheet.size[0] - 2 * self.sheet.edge
        self._text((edge, 20), fitted(title, 30, width), 30, INK, bold=True)
        self._text((edge, 60), fitted(line, 15, width), 15, SOFT)

    def card(self, panel: int, label: str, words: str) -> None:
        """A panel's card with its heading."""
        x, y = self.sheet.corner(panel)
        width, height = self.sheet.panel
        self._rounded((x, y, x + width, y + height), 18, CARD, LINE, 1)
        room = width - 2 * self.sheet.gap - 120
        self._text((x + 20, y + 16), fitted(label, 20, room), 20, INK, bold=True)
        for number, line in enumerate(wrapped(words, 13, room, 3)):
            self._text((x + 20, y + 44 + 17 * number), line, 13, SOFT)

    def without(self, panel: int, picture: Pixels | None) -> None:
        """The base's own picture, at the right of the panel's head."""
        x, y = self.sheet.corner(panel)
        side = 84
        spot = (x + self.sheet.panel[0] - side - self.sheet.gap, y + 14)
        self.thumbnail(spot, picture, side)
        self._text((spot[0] + side // 2, spot[1] + side + 3), "no adapter", 11, SOFT, "ma")

    def axes(self, panel: int, strengths: Sequence[float], epochs: Sequence[int]) -> None:
        """The labels of columns and rows."""
        side = self.sheet.side
        for column, strength in enumerate(strengths):
            x, y = self.sheet.place(panel, 0, column)
            self._text((x + side // 2, y - 22), f"{strength:g}", 15, INK, "ma")
        for row, epoch in enumerate(epochs):
            x, y = self.sheet.place(panel, row, 0)
            self._text((x - 16, y + side // 2 - 20), "epoch", 11, SOFT, "ra")
            self._text((x - 16, y + side // 2 - 6), f"{epoch}", 22, INK, "ra")
        x, y = self.sheet.place(panel, 0, 0)
        self._text((x - 16, y - 19), "strength", 11, SOFT, "ra")

    def thumbnail(self, spot: tuple[int, int], picture: Pixels | None, side: int) -> None:
        """A picture with round corners; an empty frame where there is none."""
        if picture is None:
            self._rounded((*spot, spot[0] + side, spot[1] + side), 12, PAPER, LINE, 1)
            return
        small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
        self._image.paste(small, spot, rounded_mask((side, side), 12))
        # A hairline, so that white pictures do not melt into the white card.
        self._rounded((*spot, spot[0] + side, spot[1] + side), 12, None, LINE, 1)

    def figures(self, spot: tuple[int, int], left: str, right: str, tone: Colour) -> None:
        """Two small readings under a thumbnail, the right one coloured."""
        x, y, side = spot[0], spot[1] + self.sheet.side + 4, self.sheet.side
        self._text((x + 4, y), left, 12, SOFT)
        self._text((x + side - 4, y), fitted(right, 12, side - 66), 12, tone, "ra")

    def mark(self, spot: tuple[int, int]) -> None:
        """Frame the pick and pin a star to its corner."""
        x, y, side = spot[0], spot[1], self.sheet.side
        self._rounded((x - 5, y - 5, x + side + 5, y + side + 5), 16, None, PICK, 4)
        radius = 15
        middle = (x + side - 4, y + 4)
        box = (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius)
        self._rounded(box, radius, PICK, CARD, 2)
        self._star(middle, 9.0)

    def _star(self, middle: tuple[int, int], radius: float) -> None:
        turns = np.arange(10) * np.pi / 5 - np.pi / 2
        reach = np.where(np.arange(10) % 2 == 0, 1.0, 0.44) * radius * FINE
        box = int(2 * radius + 2) * FINE
        points = [
            (box / 2 + r * np.cos(t), box / 2 + r * np.sin(t))
            for r, t in zip(reach, turns, strict=True)
        ]
        stamp = Image.new("L", (box, box), 0)
        ImageDraw.Draw(stamp).polygon(points, fill=255)
        stamp = stamp.resize((box // FINE, box // FINE), Image.Resampling.LANCZOS)
        corner = (middle[0] - stamp.width // 2, middle[1] - stamp.height // 2)
        self._image.paste(Image.new("RGB", stamp.size, CARD), corner, stamp)

    def _rounded(
        self,
        box: tuple[int, int, int, int],
        radius: int,
        fill: Colour | None,
        line: Colour,
        width: int,
    ) -> None:
        """A smooth rounded box; fill None leaves the inside as it is."""
        size = (box[2] - box[0], box[3] - box[1])
        outer = rounded_mask(size, radius) if fill else _ring(size, radius, width)
        self._image.paste(Image.new("RGB", size, line), box[:2], outer)
        if fill:
            inner = (size[0] - 2 * width, size[1] - 2 * width)
            corner = (box[0] + width, box[1] + width)
            mask = rounded_mask(inner, max(radius - width, 0))
            self._image.paste(Image.new("RGB", inner, fill), corner, mask)

    def _text(
        self,
        spot: tuple[int, int],
        text: str,
        height: int,
        tone: Colour,
        anchor: str = "la",
        *,
        bold: bool = False,
    ) -> None:
        stroke = 0.4 if bold else 0
        self._pen.text(spot, text, fill=tone, font=font(height), anchor=anchor, stroke_width=stroke)


def _ring(size: tuple[int, int], radius: int, width: int) -> Image.Image:
    mask = rounded_mask(size, radius)
    hole = rounded_mask((size[0] - 2 * width, size[1] - 2 * width), max(radius - width, 0))
    mask.paste(0, (width, width), hole)
    return mask


def rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A smooth mask of a box with rounded corners."""
    large = Image.new("L", (size[0] * FINE, size[1] * FINE), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * FINE, fill=255)
    return large.resize(size, Image.Resampling.BOX)


def font(height: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Pillow's own font, which is there on every machine."""
    return ImageFont.load_default(height)


def fitted(text: str, height: int, width: float) -> str:
    """The text, shortened with an ellipsis until it is at most `width` pixels wide."""
    face = font(height)
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip(" ,") + "…"


def wrapped(text: str, height: int, width: float, lines: int) -> list[str]:
    """The text in at most `lines` lines of at most `width` pixels; the last one is shortened."""
    face, found = font(height), [""]
    words = text.split()
    for number, word in enumerate(words):
        longer = f"{found[-1]} {word}".strip()
        if face.getlength(longer) <= width or not found[-1]:
            found[-1] = longer
        elif len(found) < lines:
            found.append(word)
        else:
            found[-1] = " ".join([found[-1], *words[number:]])
            break
    return [fitted(line, height, width) for line in found]

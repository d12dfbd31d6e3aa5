"""Paper to draw a sheet on: smooth boxes, pictures, words; knows no sheet's layout."""

from __future__ import annotations

from functools import cache, lru_cache

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


class Canvas:
    """A sheet of paper.

    Args:
        size: width and height in pixels.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._image = Image.new("RGB", size, PAPER)
        self._pen = ImageDraw.Draw(self._image)

    def pixels(self) -> Pixels:
        """The finished sheet, (H, W, 3)."""
        return np.asarray(self._image, dtype=np.uint8)

    def picture(self, spot: tuple[int, int], picture: Image.Image, radius: int) -> None:
        """A picture with round corners; a hairline keeps white ones from melting into a card."""
        self._image.paste(picture, spot, rounded_mask(picture.size, radius))
        box = (*spot, spot[0] + picture.width, spot[1] + picture.height)
        self.rounded(box, radius, None, LINE, 1)

    def box(self, box: tuple[int, int, int, int], tone: Colour) -> None:
        """A plain filled box: left, top, right, bottom."""
        self._image.paste(tone, box)

    def star(self, middle: tuple[int, int], radius: float) -> None:
        """A star with five points in the colour of cards."""
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

    def rounded(
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

    def text(
        self,
        spot: tuple[int, int],
        text: str,
        height: int,
        tone: Colour,
        anchor: str = "la",
        *,
        bold: bool = False,
    ) -> None:
        """Words from `spot` on; `anchor` says which of their corners that is, as Pillow does."""
        stroke = 0.4 if bold else 0
        self._pen.text(spot, text, fill=tone, font=font(height), anchor=anchor, stroke_width=stroke)


def _ring(size: tuple[int, int], radius: int, width: int) -> Image.Image:
    mask = rounded_mask(size, radius)
    hole = rounded_mask((size[0] - 2 * width, size[1] - 2 * width), max(radius - width, 0))
    mask.paste(0, (width, width), hole)
    return mask


def rounded_mask(size: tuple[int, int], radius: int) -> Image.Image:
    """A smooth mask of a box with rounded corners."""
    return _smooth_mask(size, radius).copy()


@lru_cache(maxsize=64)
def _smooth_mask(size: tuple[int, int], radius: int) -> Image.Image:
    large = Image.new("L", (size[0] * FINE, size[1] * FINE), 0)
    box = (0, 0, large.width - 1, large.height - 1)
    ImageDraw.Draw(large).rounded_rectangle(box, radius * FINE, fill=255)
    return large.resize(size, Image.Resampling.BOX)


@cache
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

"""What stands on a page, ready to be set: pictures, panels, words, ornaments; sets nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from castmates.books.layout.cropping import Crop
from castmates.books.layout.geometry import Rect
from castmates.books.layout.tints import INK, PAPER, Colour
from castmates.books.story.runs import Paragraph
from castmates.books.values import Finding


@dataclass(frozen=True)
class PictureItem:
    """A picture in its frame; `key` is the number of the story's page, 0 the cover's picture."""

    key: int
    crop: Crop
    alt: str = ""
    radius: float = 0.0


@dataclass(frozen=True)
class PanelItem:
    """A rounded ground for words."""

    rect: Rect
    fill: Colour = PAPER
    opacity: float = 1.0
    radius: float = 12.0


@dataclass(frozen=True)
class Words:
    """Words and how they are set; sizes in points, leading in ems, no place yet.

    `lettering`: in the type of titles.
    """

    paragraphs: tuple[Paragraph, ...]
    size: float
    leading: float = 0.65
    align: Literal["start", "center", "end"] = "start"
    weight: Literal["regular", "semibold", "bold"] = "regular"
    style: Literal["normal", "italic"] = "normal"
    lettering: bool = False


@dataclass(frozen=True)
class WordsItem:
    """Words in their place.

    Attributes:
        outline: a colour around the letters, to be read on a picture; None: none.
        role: "story" is read aloud; "title" and "small" are not.
    """

    rect: Rect
    words: Words
    ink: Colour = INK
    valign: Literal["top", "horizon", "bottom"] = "horizon"
    outline: Colour | None = None
    role: Literal["story", "title", "small"] = "story"
    turned: bool = False


@dataclass(frozen=True)
class OrnamentItem:
    """A small drawn sign: a star, a line with a star, an empty frame to draw in."""

    kind: Literal["star", "rule", "frame"]
    rect: Rect
    colour: Colour


Item = PictureItem | PanelItem | WordsItem | OrnamentItem
Kind = Literal["title", "imprint", "dedication", "picture", "text", "end", "extra", "cover"]


@dataclass(frozen=True)
class Sheet:
    """One page of the bound book.

    Attributes:
        number: in the book, from 1; 0: a cover.
        page: of the story whose words or picture are here; None: none.
        binding: the edge at which it is bound.
    """

    number: int
    kind: Kind
    items: tuple[Item, ...]
    fill: Colour = PAPER
    page: int | None = None
    binding: Literal["left", "right", ""] = ""


@dataclass(frozen=True)
class Composed:
    """Every page in order, and what was noticed while composing."""

    sheets: tuple[Sheet, ...]
    findings: tuple[Finding, ...] = ()

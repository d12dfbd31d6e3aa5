"""How a book is set: its format, fonts, sizes and edges; places nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from castmates.books.layout.fonts import Typeface
from castmates.books.layout.formats import PageFormat
from castmates.books.layout.items import Words
from castmates.books.layout.measuring import Measure
from castmates.books.layout.quotes import printed
from castmates.books.story.bands import Band
from castmates.books.story.runs import Paragraph, Run, paragraphs
from castmates.books.story.scripts import without_emoji
from castmates.books.values import Layout


@dataclass(frozen=True, eq=False)
class Setting:
    """Everything about a book's look that is the same on every page.

    Attributes:
        rtl: the book is read from right to left, and bound on the right.
    """

    format: PageFormat
    layout: Layout
    face: Typeface
    band: Band
    measure: Measure
    rtl: bool = False
    language: str = "en"

    def binding(self, number: int) -> Literal["left", "right"]:
        """The edge at which a page of the book is bound; the first page is on the outside."""
        return "left" if (number % 2 == 1) != self.rtl else "right"

    def opens_pair(self, number: int) -> bool:
        """Whether a page is the first of two that lie side by side."""
        return number % 2 == 0

    def sizes(self) -> list[float]:
        """Sizes of type for the story in points, from what readers like to what they manage."""
        scale = self.format.type_scale
        largest, smallest = self.band.size * scale, self.band.smallest * scale
        count = max(int(largest - smallest), 1)
        return [round(largest - k * (largest - smallest) / count, 2) for k in range(count + 1)]

    def story_words(
        self, text: str, size: float, align: Literal["start", "center", "end"] = "start"
    ) -> Words:
        """The words of a page, at a size; emoji are left out, quotes as they are printed."""
        letters = printed(without_emoji(text), self.language)
        return Words(paragraphs(letters), size, self.band.leading, align)

    def balanced(self, words: Words, wide: float) -> float:
        """The narrowest width at which words take no more lines than at this one."""
        widths = [wide * part for part in (1.0, 0.94, 0.88, 0.82, 0.76, 0.7, 0.64, 0.58)]
        sizes = self.measure([(words, width) for width in widths])
        return min(
            width
            for width, (high, _) in zip(widths, sizes, strict=True)
            if high <= sizes[0][0] + 1e-6
        )


def lines(*texts: str) -> tuple[Paragraph, ...]:
    """One paragraph of plain lines."""
    return (tuple((Run(text),) for text in texts),)


def blocks(texts: Sequence[str]) -> tuple[Paragraph, ...]:
    """One paragraph for each text."""
    return tuple(((Run(text),),) for text in texts)

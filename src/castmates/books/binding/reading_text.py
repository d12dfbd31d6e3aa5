"""What a page says to who hears it: its words, and what its picture shows; sets nothing."""

from __future__ import annotations

from castmates.books.layout.items import PictureItem, Sheet, WordsItem
from castmates.books.story.runs import Paragraph


def spoken(sheet: Sheet) -> str:
    """The words of a page in order, a line a paragraph."""
    return "\n".join(
        said
        for item in sheet.items
        if isinstance(item, WordsItem) and not (item.role == "small" and sheet.kind != "imprint")
        for said in (_plain(block) for block in item.words.paragraphs)
    )


def shown(sheet: Sheet) -> str:
    """What the pictures of a page show."""
    alts = [item.alt for item in sheet.items if isinstance(item, PictureItem) and item.alt]
    return " ".join(dict.fromkeys(alts))


def _plain(block: Paragraph) -> str:
    return " ".join("".join(run.text for run in line) for line in block)

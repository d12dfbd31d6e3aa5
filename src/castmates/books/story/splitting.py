"""Cut a story without page breaks into pages, by sentences and age; knows no file."""

from __future__ import annotations

import re
from collections.abc import Sequence

from castmates.books.story.bands import band_of
from castmates.books.story.sentences import sentences_of, words_of
from castmates.books.story.story import StoryPage

_PARAGRAPH = "\n\n"
_FULL = 0.7
"""How full of its most words a page is made: room to breathe."""


def split_by_age(
    pages: Sequence[StoryPage], age: int, wanted: int | None = None
) -> tuple[StoryPage, ...]:
    """Pages of whole sentences, as even as they can be, in order.

    Every sentence is on exactly one page. A note of the author stays with the page that holds the
    words before it.

    Args:
        wanted: how many pages; None: as many as the age's words per page ask for.
    """
    pieces = [(piece, page) for page in pages for piece in _pieces(page.text)]
    if not pieces:
        return tuple(pages)
    counts = [len(words_of(sentence)) for sentence, _ in pieces]
    most = max(1, round(_FULL * band_of(age).words))
    count = min(max(wanted or -(-sum(counts) // most), 1), len(pieces))
    made: list[StoryPage] = []
    for number, (start, end) in enumerate(_cuts(counts, count), 1):
        inside = pieces[start:end]
        first = inside[0][1]
        note = first.note if number == 1 else ""
        text = "".join(piece for piece, _ in inside).strip()
        made.append(StoryPage(number=number, text=text, note=note, line=first.line))
    return tuple(made)


def _pieces(text: str) -> list[str]:
    """What stays together: sentences, verses; each with the space that goes before it."""
    found: list[str] = []
    for block in re.split(r"\n[ \t]*\n", text):
        verse = re.search(r"(?: {2}|\\)\n", block) is not None
        whole = [block.strip()] if verse else sentences_of(" ".join(block.split()))
        found += [f"{' ' if at else _PARAGRAPH}{piece}" for at, piece in enumerate(whole) if piece]
    return found


def _cuts(counts: Sequence[int], parts: int) -> list[tuple[int, int]]:
    """Where to cut so that every part has something and all are about as long."""
    cuts, start, left = [], 0, sum(counts)
    for part in range(parts):
        remaining = parts - part
        target, have, end = left / remaining, 0, start
        while end < len(counts) - (remaining - 1):
            if end > start and have + counts[end] / 2 > target:
                break
            have += counts[end]
            end += 1
        if remaining == 1:
            end = len(counts)
        cuts.append((start, end))
        left -= sum(counts[start:end])
        start = end
    return cuts

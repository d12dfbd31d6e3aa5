"""Refuse stories that no picture book can hold; knows no file."""

from __future__ import annotations

from castmates.books.story.runs import plain
from castmates.books.story.sentences import words_of
from castmates.books.story.story import MOST_PAGES, MOST_WORDS, Story
from castmates.core.errors import BadInput, Misfits


def refuse_unfit(story: Story, where: str) -> None:
    """Say what cannot become a book.

    Raises:
        BadInput: no words, a single word, too many pages, or too many words on a page; all such
            pages at once.
    """
    counts = [len(words_of(plain(page.text))) for page in story.pages]
    total = sum(counts)
    if total == 0:
        raise BadInput(
            f"{where} holds no words, so there is nothing to illustrate.",
            'Write a few sentences, or let one be written: castmates book write "…"',
        )
    if total == 1:
        only = words_of(story.text)[0]
        raise BadInput(
            f"{where} is one word ('{only}'); a story wants at least a sentence.",
            f'Let one be written about it: castmates book write "{only}"',
        )
    if len(story.pages) > MOST_PAGES:
        raise BadInput(
            f"{where} has {len(story.pages)} pages; a picture book holds {MOST_PAGES}.",
            "Join pages, or make several books of it.",
        )
    misfits = Misfits()
    for page, count in zip(story.pages, counts, strict=True):
        if count > MOST_WORDS:
            at = f" (line {page.line})" if page.line else ""
            misfits.add(
                BadInput(
                    f"{where}: page {page.number}{at} has {count} words; at most {MOST_WORDS} fit "
                    "beside a picture.",
                    "Put --- where new pages shall begin.",
                )
            )
    misfits.raise_if_any()

"""Join the halves of a book: a story and its plan, and the pictures drawn for it; draws nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from castmates.books.plan.plan import BookPlan
from castmates.books.plan.propose import proposed, replanned
from castmates.books.plan.wording import alt_text
from castmates.books.story.cast import Member
from castmates.books.story.story import Story, StoryPage
from castmates.books.values import Book, BookPage, Figure, Imprint
from castmates.core.errors import Unfit
from castmates.core.ports import Pixels

Drawing = tuple[Pixels | Path, tuple[Figure, ...]]
"""A page's picture, and who is where in it."""


def plan_for(story: Story, cast: Sequence[Member], before: BookPlan | None = None) -> BookPlan:
    """The plan of a story: all new, or what was planned before for the pages that are still there.

    Everything that a person may have changed in `before` (format, style, title, …) stays.
    """
    if before is not None:
        pages = replanned(before.page, story, cast)
        return before.model_copy(update={"page": pages})
    plan = BookPlan(
        title=story.title,
        author=story.author,
        dedication=story.dedication,
        blurb=story.blurb,
        language=story.language,
        page=proposed(story, cast),
    )
    return plan.model_copy(update={"age": story.age}) if story.age else plan


def assembled(
    story: Story,
    plan: BookPlan,
    cast: Sequence[Member],
    drawings: Mapping[int, Drawing],
    imprint: Imprint | None = None,
    cover: Drawing | None = None,
) -> Book:
    """A book to bind: the words of the story, what the plan says, what was drawn.

    Args:
        drawings: number of a page -> its picture; pages without one have none yet.
        cover: the picture of the front; None: that of a page.

    Raises:
        Unfit: plan and story have different numbers of pages.
        BadInput: the plan names somebody who is not in the cast.
    """
    if len(plan.page) != len(story.pages):
        raise Unfit(
            f"The plan has {len(plan.page)} pages and the story {len(story.pages)}.",
            "Plan the story again; pages that are still there keep their plan.",
        )
    pages = []
    for said, planned in zip(story.pages, plan.page, strict=True):
        picture, figures = drawings.get(said.number, (None, ()))
        pages.append(
            BookPage(
                number=said.number,
                text=_words(said),
                picture=picture,
                figures=figures,
                alt=alt_text(planned, cast),
                layout=planned.layout,
            )
        )
    return Book(
        title=plan.title,
        pages=tuple(pages),
        author=plan.author,
        dedication=plan.dedication,
        blurb=plan.blurb,
        age=plan.age,
        language=plan.language,
        cover=cover[0] if cover else None,
        cover_figures=cover[1] if cover else (),
        imprint=imprint or Imprint(),
    )


def _words(page: StoryPage) -> str:
    return f"**{page.heading}**\n\n{page.text}".strip() if page.heading else page.text

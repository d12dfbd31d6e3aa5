"""A small cast and small books, drawn by the storybook world with its exact boxes."""

from __future__ import annotations

import random
from functools import cache

import pytest

from castmates.books.plan.propose import proposed
from castmates.books.plan.wording import alt_text
from castmates.books.story.cast import Member
from castmates.books.story.reading import parse_story
from castmates.books.values import Book, BookPage, Figure, Imprint, ModelUse
from storybook.world import EXAMPLE, Act, Framed, draw
from storybook.world.placing import place_all
from storybook.world.values import Place

CAST = (
    Member(
        name="pip",
        called=("Pip",),
        kind="girl",
        looks=("afro puffs", "star mark"),
        outfit="yellow shirt",
        pronoun="she",
    ),
    Member(name="moss", called=("Moss",), kind="fox", outfit="orange hoodie", pronoun="he"),
)

STORY = """---
author: Ada
dedication: For you.
blurb: A small story.
age: 5
---
# The Red Balloon

Pip ran into the snow with a red balloon.

---
"Hello!" said Moss. He waved at Pip.
<!-- picture: Pip waving, Moss waving, in the snow -->

---
Then it was night. Pip slept in her bedroom.
"""


def pictured(page, size: int, small: float = 0.62) -> tuple:  # type: ignore[no-untyped-def,type-arg]
    """A planned page's picture, and who is where in it, exactly."""
    cast = tuple(EXAMPLE[figure.name] for figure in page.figure)
    acts = tuple(Act(pose="standing", expression=figure.expression) for figure in page.figure)
    places = place_all(random.Random(page.number), cast, acts, "full body", 0.0)
    places = tuple(Place(p.x, 1 - (1 - p.y) * small, p.radius * small) for p in places)
    spec = Framed(cast, acts, "full body", page.where, "flat color", page.time, places, 1)
    drawn = draw(spec, size)
    figures = tuple(
        Figure(
            figure.name,
            box,
            (p.x - p.radius, p.y - p.radius, p.x + p.radius, p.y + p.radius),
        )
        for figure, box, p in zip(page.figure, drawn.boxes, places, strict=True)
    )
    return drawn.image, figures


@cache
def small_book(size: int = 160, text: str = STORY) -> Book:
    """A book of the story's pages, drawn small."""
    story = parse_story(text)
    pages = []
    for said, plan in zip(story.pages, proposed(story, CAST), strict=True):
        image, figures = pictured(plan, size)
        alt = alt_text(plan, CAST)
        pages.append(BookPage(said.number, said.text, image, figures, alt, said.layout))
    model = ModelUse(name="storybook", licence="Apache-2.0", may_sell=True)
    return Book(
        title=story.title,
        pages=tuple(pages),
        author=story.author,
        dedication=story.dedication,
        blurb=story.blurb,
        age=story.age or 5,
        imprint=Imprint(year=2026, models=(model,)),
    )


@pytest.fixture
def book() -> Book:
    return small_book()

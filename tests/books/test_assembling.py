"""Both halves of a book meet: words and plan here, pictures from there."""

from __future__ import annotations

import numpy as np
import pytest

from castmates.books.assembling import assembled, plan_for
from castmates.books.layout.compose import compose, setting_of
from castmates.books.story.findings import story_findings
from castmates.books.story.reading import parse_story
from castmates.books.values import Figure
from castmates.core.errors import BadInput, Unfit
from tests.books.conftest import CAST, STORY

GREY = np.full((64, 64, 3), 180, np.uint8)
SEEN = (Figure("pip", (0.3, 0.5, 0.6, 1.0)),)


def test_a_story_a_plan_and_pictures_are_a_book() -> None:
    story = parse_story(STORY)
    plan = plan_for(story, CAST)
    book = assembled(story, plan, CAST, dict.fromkeys((1, 2, 3), (GREY, SEEN)))
    assert (book.title, book.age, book.dedication) == ("The Red Balloon", 5, "For you.")
    assert book.pages[0].alt.startswith("Pip in a yellow shirt is running")
    assert len(compose(book, setting_of(book)).sheets) >= 7


def test_a_plan_that_was_edited_stays() -> None:
    story = parse_story(STORY)
    plan = plan_for(story, CAST).model_copy(update={"style": "watercolor", "title": "Mine"})
    again = plan_for(parse_story(f"{STORY}\n---\nThe end came."), CAST, plan)
    assert (again.style, again.title, len(again.page)) == ("watercolor", "Mine", 4)
    assert again.page[:3] == plan.page


def test_headings_stand_over_their_page() -> None:
    story = parse_story("# T\n\n## At home\n\nPip sat down.\n\n## Outside\n\nPip ran.")
    book = assembled(story, plan_for(story, CAST), CAST, {})
    assert book.pages[0].text == "**At home**\n\nPip sat down."


def test_halves_that_do_not_fit_are_told() -> None:
    story = parse_story(STORY)
    plan = plan_for(story, CAST)
    with pytest.raises(Unfit, match="plan has 2 pages and the story 3"):
        assembled(story, plan.model_copy(update={"page": plan.page[:2]}), CAST, {})
    with pytest.raises(BadInput, match="nobody in the cast is called 'pip'"):
        assembled(story, plan, CAST[1:], {})


def test_a_page_without_words_is_all_picture() -> None:
    story = parse_story("Pip ran home.\n---\n<!-- picture: Pip in the forest -->\n---\nThe end.")
    plan = plan_for(story, CAST)
    book = assembled(story, plan, CAST, dict.fromkeys((1, 2, 3), (GREY, SEEN)))
    sheets = [s for s in compose(book, setting_of(book, layout="facing")).sheets if s.page == 2]
    assert len(sheets) == 1
    assert len(sheets[0].items) == 1


def test_findings_of_a_story_come_together() -> None:
    story = parse_story("Then Theo ran 😀.\n---\nPip saw Theo.")
    said = "\n".join(str(each) for each in story_findings(story, 5, CAST))
    assert "'Theo' (page 1, 2) looks like a name" in said
    assert "emoji" in said

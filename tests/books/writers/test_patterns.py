"""The writer of patterns: always there, varied, the same for a seed, and honest."""

from __future__ import annotations

import pytest

from castmates.books.story.reading import parse_story
from castmates.books.writers.fitting import written
from castmates.books.writers.order import Order, styles_of
from castmates.books.writers.patterns import PatternsWriter, arc_names, hero_of
from castmates.books.writers.shelf import PATTERNS, WRITERS
from castmates.core.errors import BadInput

IDEA = "Sasha becomes a puppy doctor"


def test_a_dozen_arcs() -> None:
    assert len(arc_names()) == 12


@pytest.mark.parametrize(
    "styles", [(), ("rhyme",), ("first-person",), ("rhyme", "first-person", "funny")]
)
@pytest.mark.parametrize("pages", [1, 5, 12, 16])
def test_a_story_has_the_wanted_pages(styles: tuple[str, ...], pages: int) -> None:
    order = Order(idea=IDEA, pages=pages, pronoun="she", styles=styles, age=8)  # type: ignore[arg-type]
    text = PatternsWriter().write(order).text
    story = parse_story(text, pages=pages)
    assert len(story.pages) == pages
    assert story.title == "Sasha Becomes a Puppy Doctor"
    assert "{" not in text
    assert "puppy doctor" in text.lower()
    if "first-person" in styles:
        assert "Sasha" not in story.text


def test_the_same_order_is_the_same_story_and_another_seed_another() -> None:
    texts = [PatternsWriter().write(Order(idea=IDEA, seed=seed)).text for seed in (1, 1, 2, 3)]
    assert texts[0] == texts[1]
    assert len(set(texts)) == 3


def test_rhyme_has_lines_and_it_says_what_it_could_not_use() -> None:
    draft = PatternsWriter().write(
        Order(idea="Theo studies quantum chemistry on the moon", styles=("rhyme",))
    )
    assert draft.text.count("\\\n") >= 10
    assert "no model was asked" in draft.notes[0]
    assert "quantum" in draft.notes[1]


def test_the_hero_is_who_the_idea_names() -> None:
    assert hero_of(Order(idea="The day Theo flew")) == "Theo"
    assert hero_of(Order(idea="a day in the snow", cast=("Pip",))) == "Pip"


def test_the_loop_asks_again_until_it_fits() -> None:
    found = written(PatternsWriter(), Order(idea="Sasha and the magic wand", age=5, pronoun="she"))
    assert found.misfits == ()
    assert 1 <= found.asked <= 3


@pytest.mark.parametrize("seed", range(6))
def test_most_stories_fit_their_readers(seed: int) -> None:
    order = Order(idea=IDEA, age=6, seed=seed, pronoun="she")
    assert len(written(PatternsWriter(), order).misfits) <= 1


def test_the_shelf_and_the_styles() -> None:
    assert WRITERS.take(PATTERNS) is PatternsWriter
    assert set(WRITERS) >= {"patterns", "openai"}
    with pytest.raises(BadInput, match="Did you mean 'patterns'"):
        WRITERS.take("pattern")
    assert styles_of("rhyme, funny") == ("rhyme", "funny")
    with pytest.raises(BadInput, match="Did you mean 'rhyme'"):
        styles_of("rime")
    with pytest.raises(ValueError, match="the idea is empty"):
        Order(idea="  ")

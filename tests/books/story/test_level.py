"""How hard a page is, and for whom."""

from __future__ import annotations

import pytest

from castmates.books.story.bands import band_of, bands
from castmates.books.story.cast import Member, member, member_of, mentions, strangers
from castmates.books.story.level import grade_of, level_findings, levels, syllables, too_hard
from castmates.books.story.reading import parse_story
from castmates.books.story.wordlist import is_known_at
from castmates.core.errors import BadInput
from castmates.core.types import Character
from tests.books.conftest import CAST


@pytest.mark.parametrize(
    ("word", "count"),
    [
        *(("cat", 1), ("happy", 2), ("balloon", 2), ("table", 2), ("made", 1), ("jumped", 1)),
        *(("wanted", 2), ("beautiful", 3), ("elephant", 3), ("I", 1), ("whoosh", 1), ("boxes", 2)),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


def test_the_grade_is_the_formula() -> None:
    # 6 words, 1 sentence, 6 syllables.
    assert grade_of("The cat sat on the mat.") == round(0.39 * 6 + 11.8 - 15.59, 2)
    assert grade_of("") == 0.0


def test_words_are_known_with_their_endings() -> None:
    for word in ("puppies", "hopping", "waved", "cat's", "leaves"):
        assert is_known_at(word, 4)
    assert not is_known_at("stethoscope", 4)
    assert is_known_at("stethoscope", 6)
    assert not is_known_at("photosynthesis", 8)


def test_a_hard_page_is_told_with_its_reasons() -> None:
    hard = (
        "The extraordinary photosynthesis experiment necessitated considerable concentration "
        "from everybody who was involved in the laboratory in the long afternoon of today."
    )
    story = parse_story(f"Pip ran home.\n---\n{hard}")
    easy, difficult = levels(story, 5, CAST)
    assert too_hard(easy, 5) == ""
    assert "grade" in too_hard(difficult, 5)
    assert "photosynthesis" in too_hard(difficult, 5)
    assert difficult.age is not None
    assert difficult.age > 10
    assert [finding.page for finding in level_findings(story, 5, CAST)] == [2]


def test_other_languages_are_said_not_to_be_measured() -> None:
    story = parse_story("---\nlanguage: de\n---\nPip lief nach Hause, und alle freuten sich sehr.")
    assert levels(story, 5, CAST)[0].grade is None
    assert "not measured" in str(level_findings(story, 5, CAST)[-1])


def test_bands_grow_with_age() -> None:
    assert [band.words for band in bands()] == sorted(band.words for band in bands())
    assert [band.size for band in bands()] == sorted((band.size for band in bands()), reverse=True)
    assert band_of(5).age == 6
    with pytest.raises(BadInput, match="The age is 1"):
        band_of(1)


def test_names_are_whole_words_and_kinds_count_when_clear() -> None:
    text = "Pip's pipe and Moss. The little fox saw moss on a stone."
    assert [each.name for each in mentions(text, CAST)] == ["pip", "moss", "moss"]
    two = (*CAST, Member(name="rudi", called=("Rudi",), kind="fox"))
    assert [each.name for each in mentions("The fox ran.", two)] == []


def test_unknown_characters_are_named() -> None:
    with pytest.raises(BadInput, match="Did you mean 'pip'"):
        member(CAST, "pipp", "page 1")
    story = parse_story("Then Theo ran.\n---\nPip saw Theo again.")
    assert strangers(story, CAST) == {"Theo": (1, 2)}


def test_a_character_of_the_studio_is_a_member() -> None:
    found = member_of(Character(name="pip", trigger="pip", class_word="girl"))
    assert (found.shown, found.pronoun) == ("Pip", "she")

"""Stories are read from Markdown as written, and unfit ones are refused with their place."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.books.story.reading import parse_story, read_story
from castmates.books.story.runs import Run, paragraphs, plain
from castmates.books.story.scripts import script_findings, turns_right_to_left, without_emoji
from castmates.books.story.sentences import sentences_of, words_of
from castmates.core.errors import BadInput, Missing

EXAMPLE = Path(__file__).parents[3] / "examples" / "the-snow-day.md"


def test_the_example_is_twelve_pages_with_notes() -> None:
    story = read_story(EXAMPLE)
    assert (story.title, story.age, len(story.pages)) == ("The Snow Day", 5, 12)
    assert story.pages[1].note.startswith("Sasha in her bedroom")
    assert story.pages[4].layout == "facing"
    assert "<!--" not in story.text
    assert story.pages[0].line > 0


@pytest.mark.parametrize("mark", ["---", "* * *", "___"])
def test_breaks_and_headings_begin_pages(mark: str) -> None:
    story = parse_story(
        f"# A Title\n\nOne one.\n\n{mark}\nTwo two.\n\n## Page 3\nThree.\n\n## Home\nFour."
    )
    assert story.title == "A Title"
    assert [page.text for page in story.pages] == ["One one.", "Two two.", "Three.", "Four."]
    assert [page.heading for page in story.pages] == ["", "", "", "Home"]
    assert [page.number for page in story.pages] == [1, 2, 3, 4]


def test_a_story_that_begins_with_a_break_has_no_front_matter() -> None:
    assert [p.text for p in parse_story("---\nOnce there was.\n---\nThe end is here.").pages] == [
        "Once there was.",
        "The end is here.",
    ]


@given(
    st.lists(
        st.sampled_from(
            ["Pip ran home.", "It was so cold!", "Why?", "She sat on a big red chair."]
        ),
        min_size=2,
        max_size=30,
    ),
    st.integers(3, 9),
    st.integers(1, 12),
)
def test_splitting_loses_no_sentence(sentences: list[str], age: int, wanted: int) -> None:
    text = " ".join(sentences)
    story = parse_story(text, age=age, pages=wanted)
    assert " ".join(page.text for page in story.pages) == text
    assert len(story.pages) == min(wanted, len(sentences))
    assert len(parse_story(text, age=age).pages) >= 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds no words"),
        ("# Title alone\n\n---\n\n---\n", "holds no words"),
        ("Puppy!", "is one word ('Puppy')"),
        ("\n---\n".join(["Pip ran home."] * 300), "has 300 pages"),
        ("# T\n\nPip.\n\n---\n" + "word " * 2000, "page 2 (line 6) has 2000 words"),
        ("Pip ran home. <!-- picture: Pip", "line 1: a comment begins and does not end"),
        ("Pip ran home.\n<!-- pictur: Pip -->", "line 2: unknown note 'pictur'"),
        ("Pip ran home.\n<!-- layout: boxx -->", "no layout is called 'boxx'. Did you mean 'box'?"),
        (
            "---\nautor: Ada\n---\nPip ran home.",
            "line 2: unknown key 'autor'. Did you mean 'author'?",
        ),
        ("---\nage: five\n---\nPip ran home.", "age is 'five'"),
    ],
)
def test_what_cannot_be_a_book_is_refused_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(BadInput, match=r".") as caught:
        parse_story(text, "story.md")
    assert said in str(caught.value)
    assert caught.value.fix


def test_all_pages_with_too_many_words_are_told_at_once() -> None:
    with pytest.raises(BadInput, match="2 things do not fit"):
        parse_story("\n---\n".join(["Pip ran home.", "a " * 300, "b " * 400]))


def test_a_file_that_is_not_there_is_missing(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read_story(tmp_path / "no.md")


def test_comments_that_are_no_notes_are_left_out_of_the_words() -> None:
    story = parse_story("Pip ran <!-- remember the dog --> home.")
    assert words_of(story.pages[0].text) == ["Pip", "ran", "home"]


def test_verses_stay_whole_when_a_story_is_split() -> None:
    verse = "The sun came up,\\\nthe sky was blue."
    pages = parse_story(f"{verse}\n\n{verse}", pages=2).pages
    assert [page.text for page in pages] == [verse, verse]


def test_emphasis_and_lines() -> None:
    assert paragraphs("It went *whoosh*!\\\nUp, **up**.\n\nDone.") == (
        (
            (Run("It went "), Run("whoosh", "em"), Run("!")),
            (Run("Up, "), Run("up", "strong"), Run(".")),
        ),
        ((Run("Done."),),),
    )
    assert plain("2 * 3 * 4 and snake_case_word") == "2 * 3 * 4 and snake_case_word"


def test_sentences_end_where_they_end() -> None:
    assert sentences_of('"Woof!" said Dr. Bear. "Is it you?"') == [
        '"Woof!" said Dr. Bear.',
        '"Is it you?"',
    ]
    assert words_of("Sasha's well-known cat can’t") == ["Sasha's", "well-known", "cat", "can’t"]


def test_emoji_and_right_to_left_are_told() -> None:
    story = parse_story("Pip laughed 😀 and ran.\n---\nשלום לכם ילדים", "s")
    said = [str(finding) for finding in script_findings(story)]
    assert any(text.startswith("Page 1: 😀 is emoji") for text in said)
    assert any("reads from right to left" in text for text in said)
    assert without_emoji("Pip 😀 ran") == "Pip ran"
    assert turns_right_to_left(parse_story("שלום לכם ילדים"))
    assert not turns_right_to_left(story)

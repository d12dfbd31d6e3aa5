"""A sentence says every tag or lists it, nothing else, and always the same."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.edits import Add, Remove
from castmates.captions.sentences import composed, introduced, styled
from castmates.captions.spelling import key, split
from castmates.captions.wording import listed, table, with_article

FUNCTION = {
    *("a", "an", "the", "with", "and", "in", "is", "seen", "shown", "before", "wears", "holds"),
    *("she", "he", "it", "her", "his", "of", "group", "one", "two", "six", "several", "or", "more"),
}
WORLD = [
    *("1girl", "1fox", "girl", "fox", "solo", "2girls", "1boy", "multiple girls", "6+boys"),
    *("1other", "red scarf", "green eyes", "long hair", "blonde hair", "pink hair", "twintails"),
    *("ahoge", "glasses", "star mark", "tan skin", "christmas hat", "yellow dress", "white boots"),
    *(
        "hood up",
        "waving",
        "standing",
        "arms up",
        "holding",
        "holding red balloon",
        "holding_apple",
    ),
    *("sad", "smile", "closed eyes", "forest", "white background", "simple background"),
    *("night", "day", "from behind", "from_side", "close-up", "flat color", "3D render", "^_^"),
    *(r"fox \(x\)", "no shoes", "looking at viewer", "horse girl", "frilled shirt collar"),
    *("wearing cape", "barefoot", "umbrella"),
]
TAGS = st.lists(st.sampled_from(WORLD), max_size=14)
TRIGGERS = st.sampled_from(["", "pip", r"manhattan cafe \(umamusume\)"])


@pytest.mark.parametrize(
    ("tags", "text"),
    [
        (
            "pip, 1girl, solo, red scarf, waving, forest, christmas hat, close-up, flat color",
            "pip, a girl with a red scarf, waves in a forest; she wears a christmas hat; close-up, "
            "flat color.",
        ),
        (
            "pip, 1girl, long hair, blonde hair, green eyes, smile, white background, "
            "simple background, from side",
            "pip, a girl with long blonde hair and green eyes, is seen from the side with a smile "
            "before a simple white background.",
        ),
        (
            "pip, 1fox, running, holding red balloon, holding apple, beach, night, from behind",
            "pip, a fox, runs and holds a red balloon and an apple on a beach at night, seen from "
            "behind.",
        ),
        ("pip, 1robot", "pip, a robot, is shown."),
        ("pip, smile, hat", "pip is shown with a smile; pip wears a hat."),
        (
            "pip, 2girls, long hair, holding hands, meadow",
            "pip, in a group of two girls, is shown on a meadow; long hair, holding hands.",
        ),
        (
            "pip, 1girl, 1boy, beach",
            "pip, in a group of one girl and one boy, is shown on a beach.",
        ),
        (
            r"manhattan cafe \(umamusume\), 1girl, yellow shirt, looking at viewer, frilled shirt "
            "collar, white background, holding cup, closed mouth, green skirt",
            r"manhattan cafe \(umamusume\), a girl, looks at the viewer and holds a cup with a "
            "closed mouth before a white background; she wears a yellow shirt, a frilled shirt "
            "collar and a green skirt.",
        ),
    ],
)
def test_sentences_as_people_write_them(tags: str, text: str) -> None:
    assert composed(split(tags), split(tags)[0]).text == text


@given(TAGS, TRIGGERS)
def test_every_tag_is_said_or_listed(tags: list[str], trigger: str) -> None:
    made = composed([trigger, *tags] if trigger else tags, trigger)
    there = {key(tag) for tag in (*made.said, *made.tail)}
    assert there == {key(tag) for tag in tags} | ({key(trigger)} if trigger else set())
    assert not set(made.said) & set(made.tail)
    assert all(phrase in made.text for phrase in made.said.values())
    assert all(tag in made.text for tag in made.tail)
    assert made == composed([trigger, *tags] if trigger else tags, trigger)
    assert made.text.startswith(trigger)


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\s,;.]+", text.casefold().replace("_", " ")))


@given(TAGS, TRIGGERS)
def test_nothing_is_said_that_is_no_tag(tags: list[str], trigger: str) -> None:
    made = composed(tags, trigger)
    tables = table()
    said = [
        each.get(key(tag), "")
        for tag in tags
        for each in (tables.verbs, tables.manners, tables.places, tables.lights, tables.views)
    ]
    known = words(" ".join([*tags, trigger, *said])) | FUNCTION
    counted = (
        {"girl", "girls", "boy", "boys", "fox"} if any(t[0].isdigit() for t in tags) else set()
    )
    assert words(made.text) <= known | counted


@given(TAGS)
def test_both_is_the_tags_and_one_piece_more(tags: list[str]) -> None:
    caption = ", ".join(["pip", *tags])
    both = styled(caption, "pip", "both")
    pieces = split(both)
    assert pieces[: len(split(caption))] == split(caption)
    assert len(pieces) <= len(split(caption)) + 1
    if len(pieces) > len(split(caption)):
        assert pieces[-1].endswith(".")
        assert split(Remove(("smile",))(Add(("new",))(both)))[-2] == pieces[-1]
    assert styled(caption, "pip", "tags") == caption


def test_both_by_example() -> None:
    caption = "pip, 1girl, solo, red scarf, waving, forest, from behind, christmas hat"
    assert styled(caption, "pip", "both") == (
        f"{caption}, a girl with a red scarf waves in a forest and is seen from behind; she wears "
        "a christmas hat."
    )


def test_without_anybody_the_tags_stay_tags() -> None:
    made = composed(["scenery", "forest", "no humans"])
    assert (made.text, made.said) == ("scenery, forest, no humans", {})
    assert styled("pip", "pip", "both") == "pip"
    assert styled("pip", "pip", "sentence") == "pip is shown."


@pytest.mark.parametrize(
    ("noun", "said"),
    [
        ("apple", "an apple"),
        ("uniform", "a uniform"),
        ("umbrella", "an umbrella"),
        ("dress", "a dress"),
        ("overalls", "overalls"),
        ("brown fur", "brown fur"),
        ("heart antenna", "a heart antenna"),
    ],
)
def test_articles(noun: str, said: str) -> None:
    assert with_article(noun) == said


def test_lists() -> None:
    assert [listed(["a", "b", "c"][:n]) for n in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert listed(["a", "b", "c"], commas=False) == "a and b and c"


def test_every_tag_of_the_drawn_world_finds_its_place() -> None:
    world = pytest.importorskip("storybook.world.words")
    listed_anyway = {"framing", "style"}
    for family, tags in world.vocabulary().items():
        for tag in tags:
            who = [] if family in ("kind", "count") else ["1girl"]
            made = composed(["pip", *who, tag], "pip")
            assert (tag in made.tail) == (family in listed_anyway or tag == "solo"), tag


def test_the_table_names_families_that_there_are() -> None:
    from castmates.captions.features import features

    assert set(table().traits) <= set(features())
    assert set(table().traits.values()) | set(table().families.values()) == {
        "with",
        "wears",
        "background",
    }


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("A girl in the  snow", "pip, a girl in the snow."),
        ("a girl in the snow .", "pip, a girl in the snow."),
        ("Paris at night.", "pip, Paris at night."),
        ("there is Pip in the snow", "there is Pip in the snow."),
        ("a pipe on a table", "pip, a pipe on a table."),
        ("", "pip"),
    ],
)
def test_the_trigger_is_put_before_what_somebody_else_said(sentence: str, said: str) -> None:
    assert introduced(sentence, "pip") == said
    assert introduced(said, "pip") == said if sentence else True


def test_a_style_is_not_who_waves() -> None:
    caption = "ink, 1girl, waving, forest"
    assert styled(caption, "ink", "sentence") == "ink, a girl, waves in a forest."
    assert styled(caption, "ink", "sentence", somebody=False) == "ink, a girl waves in a forest."
    assert styled(caption, "ink", "tags", somebody=False) == caption

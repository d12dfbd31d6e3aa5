"""Identities of a caption: trigger first, no tag twice, nothing lost that is not a look."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.compose import caption_of, pruned
from castmates.core.types import Tag

WORDS = st.sampled_from(
    ["smile", "Smile", "long hair", "hair", "green eyes", "red bow", "bow", "pip"]
)
TAGS = st.lists(
    st.builds(
        Tag, name=WORDS, confidence=st.floats(0, 1), family=st.sampled_from(["general", "hair"])
    )
    | st.builds(
        Tag,
        name=st.sampled_from(["1girl", "1fox", "2girls", "2 characters", "solo"]),
        confidence=st.floats(0, 1),
        family=st.just("count"),
    )
    | st.builds(
        Tag, name=st.sampled_from(["girl", "fox"]), confidence=st.just(0.5), family=st.just("kind")
    )
)
CLASSES = st.sampled_from(["", "girl", "fox"])


@given(CLASSES, TAGS, st.lists(WORDS))
def test_the_trigger_is_first_and_no_tag_stands_twice(
    class_word: str, tags: list[Tag], looks: list[str]
) -> None:
    said = caption_of("pip", class_word, tags, looks).split(", ")
    assert said[0] == "pip"
    assert len({word.casefold() for word in said}) == len(said)


@given(CLASSES, TAGS, st.lists(WORDS))
def test_only_looks_and_other_words_for_the_kind_are_left_out(
    class_word: str, tags: list[Tag], looks: list[str]
) -> None:
    said = {w.casefold() for w in caption_of("pip", class_word, tags, looks).split(", ")}
    gone = {look.casefold() for look in looks}
    for tag in tags:
        if tag.family not in ("kind", "count") or tag.name == "solo":
            assert tag.name.casefold() in said or tag.name.casefold() in gone
    assert not (said - {"pip"}) & gone


@given(st.lists(WORDS), st.lists(WORDS))
def test_pruning_keeps_order_and_everything_unlisted(tags: list[str], looks: list[str]) -> None:
    gone = {look.casefold() for look in looks}
    assert pruned(tags, looks) == [tag for tag in tags if tag.casefold() not in gone]


def test_a_caption_as_people_expect_it() -> None:
    tags = [
        Tag(name="fox", confidence=0.99, family="kind"),
        Tag(name="green eyes", confidence=0.9, family="eyes"),
        Tag(name="1bear", confidence=0.8, family="count"),
        Tag(name="solo", confidence=0.8, family="count"),
        Tag(name="waving", confidence=0.7, family="pose"),
    ]
    assert caption_of("moss", "fox", tags, ["green eyes"]) == "moss, 1fox, solo, waving"
    assert caption_of("moss", "", tags, []) == "moss, 1bear, solo, green eyes, waving"
    two = [Tag(name="2girls", confidence=0.9, family="count"), *tags[1:2]]
    assert caption_of("pip", "girl", two, []) == "pip, 2girls, green eyes"
    assert caption_of("pip", "", tags[1:2], []) == "pip, green eyes"


def test_whole_tags_count() -> None:
    tags = ["rainbow", "elbow gloves", "bear", "long hair"]
    assert pruned(tags, ["bow", "ear", "hair"]) == tags


@given(CLASSES, TAGS, st.lists(WORDS))
def test_of_a_style_or_a_thing_everybody_is_counted_as_the_tagger_does(
    class_word: str, tags: list[Tag], looks: list[str]
) -> None:
    said = caption_of("ink", class_word, tags, looks, counted=False).split(", ")
    assert said[0] == "ink"
    gone = {look.casefold() for look in looks}
    wanted = [word for word in (class_word, *(tag.name for tag in tags)) if word]
    assert {w.casefold() for w in said[1:]} == {w.casefold() for w in wanted} - gone

"""Tags are compared however they are written, and kept as they are written."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.spelling import joined, key, split, unique

TEXT = st.text(alphabet="abAB _,()\\:^ü", max_size=40)


@given(TEXT)
def test_taking_apart_what_was_joined_gives_the_same_tags(text: str) -> None:
    tags = split(text)
    assert split(joined(tags)) == tags


@given(TEXT)
def test_a_key_is_its_own_key_when_nothing_is_escaped(text: str) -> None:
    if "\\" not in text:
        assert key(key(text)) == key(text)


def test_escapes_case_and_underscores_do_not_count() -> None:
    assert key(r"Manhattan_Cafe \(umamusume\)") == key("manhattan cafe (umamusume)")
    assert key("^_^") == "^_^"
    assert key("long_hair") == "long hair"


def test_an_escaped_comma_belongs_to_its_tag() -> None:
    assert split(r"yes\, sir, b ,, ") == [r"yes\, sir", "b"]


def test_the_first_of_each_stays() -> None:
    assert unique(["a  b", "A b", " ", "c"]) == ["a b", "c"]

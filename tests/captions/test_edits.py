"""Edits touch the tags they name and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.edits import Add, Change, Edit, Remove, Rename, Replace, changes
from castmates.captions.spelling import key, split
from castmates.core.errors import BadInput

TAGS = st.sampled_from(["pip", "Red hat", "red_hat", "smile", "hat", r"fox \(x\)"])
CAPTIONS = st.lists(TAGS, max_size=6).map(", ".join)


def keys(caption: str) -> list[str]:
    return [key(tag) for tag in split(caption)]


@given(CAPTIONS, TAGS, st.booleans())
def test_added_is_there_and_nothing_is_lost(caption: str, tag: str, first: bool) -> None:
    after = Add((tag,), first, "pip")(caption)
    assert set(keys(after)) == {*keys(caption), key(tag)}
    assert [k for k in keys(after) if k in keys(caption)] == keys(caption)


@given(CAPTIONS, TAGS)
def test_removed_is_gone_and_nothing_else(caption: str, tag: str) -> None:
    after = Remove((tag,))(caption)
    assert keys(after) == [k for k in keys(caption) if k != key(tag)]


@given(CAPTIONS, TAGS)
def test_an_edit_that_names_nothing_there_changes_no_byte(caption: str, tag: str) -> None:
    edits: list[Edit] = [
        Remove(("absent",)),
        Rename("absent", tag),
        Replace("absent", tag),
        Add(()),
    ]
    assert all(edit(caption) == caption for edit in edits)


def test_the_first_ones_stand_behind_the_trigger() -> None:
    base = Add(("1girl", "freckles", "3D render"), first=True, trigger="pip")
    assert base("pip, smile, freckles") == "pip, 1girl, 3D render, smile, freckles"
    assert base("smile") == "1girl, freckles, 3D render, smile"


def test_renaming_to_what_is_there_leaves_one() -> None:
    assert Rename("cap", "hat")("cap, smile, hat") == "hat, smile"


def test_replacing_by_pattern() -> None:
    assert Replace(r"^(red|blue) ", "")("red hat, blue bow, tired") == "hat, bow, tired"
    assert Replace(r"(\w+) hat", r"\1 cap")("red hat") == "red cap"
    assert Replace("^hat$", "")("hat, smile") == "smile"
    assert Replace("(?i)^RED (?P<what>.*)", r"\g<what>")("red hat") == "hat"


@pytest.mark.parametrize(
    ("pattern", "new"), [("(", ""), ("a", r"\1"), ("[", ""), ("(a)", r"\2"), ("(?P<x>a)", r"\g<y>")]
)
def test_wrong_patterns_are_named(pattern: str, new: str) -> None:
    with pytest.raises(BadInput, match="cannot be replaced"):
        Replace(pattern, new)


def test_a_preview_shows_what_would_change() -> None:
    found = changes([(1, "hat, smile"), (2, "smile")], Rename("hat", "cap"))
    assert found == [Change(1, "hat, smile", "cap, smile")]
    assert (found[0].gone, found[0].new) == (("hat",), ("cap",))

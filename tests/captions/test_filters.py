"""Filters mean what they say, by the laws of AND, OR and NOT; wrong ones are named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.captions.filters import Subject, read
from castmates.core.errors import BadInput

TERMS = st.sampled_from(
    [
        "tag:hat",
        "red",
        'tag:"red hat"',
        "view:behind",
        "group:high",
        "NOT hat",
        "(hat OR view:side)",
    ]
)
SUBJECTS = st.builds(
    Subject,
    number=st.integers(1, 3),
    caption=st.lists(st.sampled_from(["hat", "red", "red hat"])).map(", ".join),
    view=st.sampled_from(["", "behind", "side"]),
    group=st.sampled_from(["", "high"]),
)


@given(TERMS, TERMS, SUBJECTS)
def test_the_laws(one: str, two: str, subject: Subject) -> None:
    a, b = read(one)(subject), read(two)(subject)
    assert read(f"{one} AND {two}")(subject) == (a and b)
    assert read(f"{one} {two}")(subject) == (a and b)
    assert read(f"{one} OR {two}")(subject) == (a or b)
    assert read(f"NOT ({one} OR {two})")(subject) == (not a and not b)
    assert read(f"{one} OR {one} AND {two}")(subject) == a


def test_nothing_asked_is_everybody() -> None:
    assert read("  ")(Subject(1))


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("long hair", False),
        ('"long hair"', True),
        ("long_hair", True),
        ("*hair", True),
        ("hair", False),
        ('caption:"hair, smi"', True),
        ("number:7", True),
        ("number:0007", True),
        ("held:yes", True),
        (r'"pip \(fox\)"', True),
        ('"pip (fox)"', True),
    ],
)
def test_terms(text: str, fits: bool) -> None:
    subject = Subject(7, r"pip \(fox\), long hair, smile", held_out=True)
    assert read(text)(subject) == fits


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("veiw:side", "Did you mean 'view'"),
        ("hat AND", "a word is missing"),
        ("OR hat", "a word is missing"),
        ("(hat", "a bracket is not closed"),
        ("hat)", "closes nothing"),
        ('tag:"red', "a quote"),
        ("NOT", "a word is missing"),
    ],
)
def test_wrong_filters_are_named(text: str, told: str) -> None:
    with pytest.raises(BadInput) as error:
        read(text)
    assert told in f"{error.value.what} {error.value.fix}"

"""Looks are traits of the body and the usual outfit; what changes is never one."""

from __future__ import annotations

from castmates.captions.looks import class_of, looks_of, shares
from castmates.core.types import Tag


def tagged(*rows: str) -> list[list[Tag]]:
    """Rows like "eyes:green eyes hat:crown", with _ for spaces."""
    return [
        [
            Tag(name=name.replace("_", " "), confidence=0.9, family=family)
            for family, name in (word.split(":") for word in row.split())
        ]
        for row in rows
    ]


def test_traits_seen_often_are_looks_and_hats_never() -> None:
    row = "hair:afro_puffs eyes:green_eyes outfit:red_shirt hat:crown scene:forest mark:star_mark"
    assert looks_of(tagged(*[row] * 10)) == ("afro puffs", "green eyes", "red shirt", "star mark")


def test_what_a_view_hides_is_counted_where_it_shows() -> None:
    front, back = "eyes:green_eyes hair:bob_cut", "hair:bob_cut"
    assert looks_of(tagged(*[front] * 4, *[back] * 6)) == ("bob cut", "green eyes")
    assert looks_of(tagged(*[front] * 2, *[back] * 8)) == ("bob cut",)


def test_an_outfit_that_changes_stays_changeable() -> None:
    rows = ["outfit:red_shirt"] * 5 + ["outfit:blue_dress"] * 5
    assert looks_of(tagged(*rows)) == ()
    assert looks_of(tagged(*rows, *["outfit:red_shirt"] * 5)) == ("red shirt",)


def test_marks_that_come_off_now_and_then_stay() -> None:
    rows = ["mark:glasses eyes:blue_eyes"] * 5 + ["eyes:blue_eyes"] * 5
    assert looks_of(tagged(*rows)) == ("blue eyes",)
    assert shares(tagged(*rows))["glasses"] == 0.5


def test_the_class_is_what_is_seen_most() -> None:
    rows = tagged("kind:fox count:1fox", "count:1fox count:solo", "kind:bear count:1bear")
    assert class_of(rows) == "fox"
    assert class_of(tagged("eyes:green_eyes")) == ""
    assert class_of([]) == ""
    assert shares([]) == {}

"""Some pictures are kept for judging: by content only, never the twin of one that is trained."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castmates.files.studio import PictureRecord
from castmates.pictures.hold_out import held_out, wanted


def records(count: int, held: tuple[int, ...] = ()) -> list[PictureRecord]:
    return [
        PictureRecord(
            number=n,
            source="",
            digest=sha256(str(n).encode()).hexdigest(),
            width=1,
            height=1,
            held_out=n in held,
        )
        for n in range(1, count + 1)
    ]


def numbers(found: list[PictureRecord]) -> set[int]:
    return {record.number for record in found if record.held_out}


@pytest.mark.parametrize(
    ("count", "expected"), [(2, 0), (3, 1), (5, 2), (12, 2), (20, 4), (24, 4), (30, 5), (500, 6)]
)
def test_about_a_sixth_at_least_two_at_most_six(count: int, expected: int) -> None:
    assert wanted(count) == expected
    assert len(numbers(held_out(records(count), []))) == expected


def test_the_order_of_pictures_does_not_matter() -> None:
    forwards = held_out(records(24), [])
    assert numbers(held_out(records(24)[::-1], [])) == numbers(forwards)
    assert numbers(held_out(forwards, [])) == numbers(forwards)


def test_marks_that_are_there_stay_when_pictures_join() -> None:
    first = held_out(records(12), [])
    assert numbers(first) <= numbers(held_out([*first, *records(24)[12:]], []))


@given(st.integers(3, 40), st.lists(st.sets(st.integers(1, 40), min_size=2, max_size=4)))
def test_twins_are_never_parted(count: int, groups: list[set[int]]) -> None:
    taken: set[int] = set()
    apart = []
    for group in groups:
        group = {n for n in group if n <= count} - taken
        taken |= group
        if len(group) > 1:
            apart.append(sorted(group))
    held = numbers(held_out(records(count), apart))
    assert len(held) <= wanted(count)
    for group in apart:
        assert len(held & set(group)) in (0, len(group))


def test_the_twin_of_a_held_out_picture_is_held_out_too() -> None:
    assert numbers(held_out(records(9, held=(1, 2)), [[2, 5]])) == {1, 2, 5}

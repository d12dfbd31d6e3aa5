"""Values are frozen, refuse unknown keys, and read what people write."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from castmates.core.types import Character, Shot, WrittenSize
from castmates.core.units import WrittenDuration, epochs, steps
from castmates.core.weighting import row_of

size = TypeAdapter(WrittenSize)
duration = TypeAdapter(WrittenDuration)


def test_a_value_is_frozen_and_closed() -> None:
    shot = Shot(words="a fox")
    with pytest.raises(ValidationError):
        shot.seed = 1  # type: ignore[misc]
    with pytest.raises(ValidationError):
        Shot.model_validate({"words": "a fox", "sed": 1})


@given(st.integers(8, 8192), st.integers(8, 8192))
def test_a_size_comes_back_from_its_words(width: int, height: int) -> None:
    read = size.validate_python(f"{width}x{height}")
    assert (read.width, read.height) == (width, height)
    assert size.validate_python(size.dump_python(read)) == read


def test_one_number_is_a_square() -> None:
    assert size.validate_python("512") == size.validate_python("512×512")


@pytest.mark.parametrize("wrong", ["wide", "1x2x3", "x", "4x4"])
def test_what_is_no_size_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        size.validate_python(wrong)


def test_durations_carry_their_unit() -> None:
    assert duration.validate_python("8 epochs") == epochs(8)
    assert duration.validate_python("1 step") == steps(1)
    assert epochs(8).in_steps(45) == 360
    assert steps(500).in_steps(45) == 500
    assert str(epochs(8)) == "8 epochs"


@pytest.mark.parametrize("wrong", ["8", "eight epochs", 8, "0 steps", "-1 steps"])
def test_a_duration_without_unit_or_sense_is_refused(wrong: object) -> None:
    with pytest.raises(ValidationError):
        duration.validate_python(wrong)


@pytest.mark.parametrize("wrong", ["Pip", "", "../up", "a b"])
def test_a_characters_name_is_a_folder_name(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Character(name=wrong, trigger="pip")


def test_rows_add_up_doubled_mentions() -> None:
    assert row_of([("pip", 0.5), ("moss", 1.0), ("pip", 0.25)]) == {"pip": 0.75, "moss": 1.0}
    assert row_of([]) == {}

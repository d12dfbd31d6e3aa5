"""A misspelt name meets the nearest known one."""

from __future__ import annotations

import string

from hypothesis import given
from hypothesis import strategies as st

from castmates.core.near import did_you_mean, nearest

KNOWN = ["strength", "epochs", "learning_rate"]


def test_a_misspelling_finds_its_word() -> None:
    assert nearest("strenght", KNOWN) == "strength"
    assert did_you_mean("Epoch", KNOWN) == "Did you mean 'epochs'?"


def test_nothing_near_lists_what_there_is() -> None:
    assert nearest("zzz", KNOWN) is None
    assert did_you_mean("zzz", KNOWN) == "Known: epochs, learning_rate, strength."
    assert did_you_mean("zzz", []) == "There are none yet."


@given(st.lists(st.text(string.ascii_lowercase, min_size=3), min_size=1, unique=True), st.data())
def test_a_known_name_is_its_own_nearest(known: list[str], data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(known))
    assert nearest(name, known) == name

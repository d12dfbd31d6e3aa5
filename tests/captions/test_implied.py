"""Tags that others say: by whole words, by first words, by the table; the table is sound."""

from __future__ import annotations

import pytest

from castmates.captions.implied import _table, implied, said_by


@pytest.mark.parametrize(
    ("tags", "gone"),
    [
        (["bow", "rainbow"], []),
        (["bow", "elbow gloves"], []),
        (["ear", "bear"], []),
        (["shirt", "white shirt"], ["shirt"]),
        (["long hair", "very long hair"], ["long hair"]),
        (["holding", "holding cup", "cup"], ["holding", "cup"]),
        (["shirt", "no shirt"], []),
        (["horse", "horse ears", "animal ears"], ["animal ears"]),
        (["simple background", "light blue background"], ["simple background"]),
        (["frills", "frilled shirt collar"], ["frills"]),
        (["simple_background", "white_background"], ["simple_background"]),
    ],
)
def test_what_is_said_already(tags: list[str], gone: list[str]) -> None:
    assert sorted(implied(tags)) == sorted(gone)


def test_nothing_says_itself_and_no_two_say_each_other() -> None:
    names = {name for by in _table()["pairs"].values() for name in by if "*" not in name}
    names = {name.replace("{colour}", "blue") for name in names}
    for name in names | set(_table()["pairs"]):
        assert name not in said_by(name)
        assert all(name not in said_by(said) for said in said_by(name))

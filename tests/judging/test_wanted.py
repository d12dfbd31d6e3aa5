"""What a prompt asks for is read off lists of tags and off sentences."""

from __future__ import annotations

import pytest

from castmates.judging.wanted import wanted_tags

VOCABULARY = ["christmas_hat", "hat", "beach", "fox", "red_hair", "smile", "close-up", "1girl"]


@pytest.mark.parametrize(
    ("text", "own", "wanted"),
    [
        ("pip, 1girl, Christmas Hat, beach", ["pip", "1girl"], ["christmas hat", "beach"]),
        ("a fox with a christmas hat on the beach", [], ["fox", "christmas hat", "beach"]),
        ("a hat, a hat", [], ["hat"]),
        ("christmas, hat", [], ["hat"]),
        ("red_hair, red hair", [], ["red hair"]),
        ("long red hair, smile", ["long red hair"], ["smile"]),
        ("red hair, smile", ["Red_Hair"], ["smile"]),
        ("close-up of a smiling toad", [], ["close-up"]),
        ("", [], []),
    ],
)
def test_wanted_tags(text: str, own: list[str], wanted: list[str]) -> None:
    assert wanted_tags(text, VOCABULARY, own) == wanted

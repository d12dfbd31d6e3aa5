"""A tag's words tell its family; whole words count."""

from __future__ import annotations

import pytest

from castmates.backends.tag_families import family_of, spoken


@pytest.mark.parametrize(
    ("tag", "family"),
    [
        ("1girl", "count"),
        ("2 characters", "count"),
        ("6+boys", "count"),
        ("fox", "kind"),
        ("turquoise hair", "hair_colour"),
        ("two-tone hair", "hair_colour"),
        ("very long hair", "hair"),
        ("afro puffs", "hair"),
        ("green eyes", "eyes"),
        ("closed eyes", "expression"),
        ("tan skin", "skin"),
        ("cream fur", "fur"),
        ("red bow", "mark"),
        ("rainbow", "general"),
        ("red striped shirt", "outfit"),
        ("christmas hat", "hat"),
        ("holding red balloon", "prop"),
        ("from behind", "view"),
        ("blue background", "background"),
        ("chair", "general"),
    ],
)
def test_families(tag: str, family: str) -> None:
    assert family_of(tag) == family


def test_every_tag_of_the_storybook_world_has_its_family() -> None:
    world = pytest.importorskip("storybook.world.words")
    for family, tags in world.vocabulary().items():
        for tag in tags:
            assert family_of(tag) == family, tag


def test_underscores_become_spaces_except_in_faces() -> None:
    assert spoken("long_hair") == "long hair"
    assert spoken("^_^") == "^_^"
    assert spoken("|_|") == "|_|"

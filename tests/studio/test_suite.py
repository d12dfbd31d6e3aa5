"""Suites and journeys are data that reads, and speak the base's own words."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.core.types import Character
from castmates.studio.journey import journey
from castmates.studio.suite import filled, suite_for
from storybook.world import vocabulary

PIP = Character(name="pip", trigger="pip", class_word="girl")


def test_the_trigger_and_the_kind_are_filled_in() -> None:
    assert filled("{trigger}, {count}, {class}", PIP) == "pip, 1girl, girl"
    nobody = Character(name="x", trigger="xx")
    assert filled("{trigger}, {count}, {class}", nobody) == "xx, solo, character"


@pytest.mark.parametrize("base", ["storybook", "default"])
def test_a_suite_has_two_study_prompts_and_twelve_pictures(base: str) -> None:
    suite = suite_for(base).filled(PIP)
    assert len(suite.study) == 2
    assert len(suite.pictures) == 12
    assert all("{" not in p.words for p in (*suite.study, *suite.pictures))
    assert all("pip" in p.words for p in (*suite.study, *suite.pictures))


def test_a_base_without_a_suite_gets_the_default_one() -> None:
    assert suite_for("somebody-elses-model") == suite_for("default")


def test_the_storybook_suite_speaks_the_words_of_the_world() -> None:
    known = {tag for tags in vocabulary().values() for tag in tags} | {"solo", "pip"}
    suite = suite_for("storybook").filled(PIP)
    said = {w for p in (*suite.study, *suite.pictures) for w in p.words.split(", ")}
    assert said <= known
    assert {want for p in suite.study for want in p.wants} <= known


def test_journeys_are_found_by_name() -> None:
    assert journey("full").pictures == 12
    assert journey("short").recipe == "short"
    with pytest.raises(BadInput, match="Did you mean 'full'"):
        journey("fulll")

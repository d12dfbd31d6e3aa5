"""Suites and journeys are data that reads, and speak the base's own words."""

from __future__ import annotations

import pytest

from castmates.core.errors import BadInput
from castmates.core.events import Event, Warned
from castmates.core.types import Character
from castmates.studio.journey import journey
from castmates.studio.models import take_tagger
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
    prompts = (*suite.study, *suite.race)
    said = {w for p in (*prompts, *suite.pictures) for w in p.words.split(", ")}
    assert said <= known
    assert {tag for p in prompts for tag in (*p.wants, *p.avoids)} <= known


@pytest.mark.parametrize("base", ["storybook", "default"])
@pytest.mark.parametrize("word", ["girl", "boy", "fox", "robot", ""])
def test_the_chooser_asks_every_family_of_every_kind(base: str, word: str) -> None:
    suite = suite_for(base).filled(PIP.model_copy(update={"class_word": word}))
    families = {prompt.family for prompt in suite.race}
    assert families == {"plain", "accessory", "outfit", "scene", "motion", "style", "leak"}
    labels = [prompt.label for prompt in suite.race]
    assert len(labels) == len(set(labels))
    gate = next(prompt for prompt in suite.race if prompt.gate)
    assert "hat" in gate.wants[0]
    assert all("{" not in prompt.words for prompt in suite.race)


@pytest.mark.parametrize("base", ["storybook", "default"])
def test_strangers_are_asked_for_without_the_trigger(base: str) -> None:
    suite = suite_for(base).filled(PIP.model_copy(update={"trigger": "zyx"}))
    for prompt in suite.race:
        assert ("zyx" in prompt.words) == (prompt.family != "leak")


def test_boys_are_not_asked_to_wear_a_dress() -> None:
    suite = suite_for("storybook")
    of_boys = suite.filled(PIP.model_copy(update={"class_word": "boy"}))
    assert not any("dress" in prompt.words for prompt in of_boys.race)
    assert any("dress" in prompt.words for prompt in suite.filled(PIP).race)


def test_checks_that_no_tagger_knows_are_told_and_left_out() -> None:
    told: list[Event] = []
    suite = suite_for("default").filled(PIP)
    fewer = suite.seen_by(["snow", "Full_Body"], told.append)
    assert {tag for p in fewer.race for tag in (*p.wants, *p.avoids)} == {"snow", "full body"}
    assert not any(prompt.gate for prompt in fewer.race)
    assert [type(event) for event in told] == [Warned]
    assert "santa hat" in told[0].model_dump()["what"]


def test_the_storybook_tagger_knows_every_check_of_its_suite() -> None:
    suite = suite_for("storybook").filled(PIP)
    assert suite.seen_by(take_tagger().vocabulary()) is suite


def test_journeys_are_found_by_name() -> None:
    assert journey("full").pictures == 12
    assert journey("short").recipe == "short"
    with pytest.raises(BadInput, match="Did you mean 'full'"):
        journey("fulll")

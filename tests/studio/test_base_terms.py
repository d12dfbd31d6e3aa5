"""A base that is not the studio's usual one comes with a line: may I sell it, and how to draw."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from castmates.cli.verbs.draw_several import as_data
from castmates.core.events import Began, Event
from castmates.families.bases import known_base
from castmates.families.facts import Facts
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import facts_of
from castmates.files.studio import Studio
from castmates.studio.base_terms import note_of, terms_data
from castmates.studio.draw import Course, Wish, draw, read_size
from castmates.studio.draw_order import Delivered
from castmates.studio.models import take_base


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("base") / "dreamy")


@pytest.fixture
def studio(tmp_path: Path) -> Studio:
    return Studio.init(tmp_path / "s")


def notes(studio: Studio, name: str) -> list[str]:
    events: list[Event] = []
    take_base(name, events.append, studio)
    return [event.what for event in events if isinstance(event, Began)]


def test_another_base_says_its_terms_and_settings(studio: Studio, base: Path) -> None:
    assert notes(studio, str(base)) == [
        "Opening the base model dreamy (CreativeML OpenRAIL-M; pictures may be sold: yes, as its "
        "family; it likes size 64x64, guidance 7.0, sampler dpm++ 2m, steps 25, clip skip 1)"
    ]


def test_what_a_base_states_itself_counts(studio: Studio, base: Path, tmp_path: Path) -> None:
    own = Path(shutil.copytree(base, tmp_path / "own"))
    said = 'licence = "CC BY-NC 4.0"\nclip_skip = 2\nguidance = 5.5\n'
    (own / "castmates.toml").write_text(said, encoding="utf-8")
    [told] = notes(studio, str(own))
    assert "Creative Commons, non-commercial; pictures may be sold: no" in told
    assert "guidance 5.5" in told
    assert "clip skip 2" in told


def test_drawn_pictures_say_the_terms_of_their_base_to_machines(studio: Studio, base: Path) -> None:
    course = Course(size=read_size("64"), steps=1)
    wish = Wish(words="a fox", number=2, course=course)
    data = as_data(Delivered.of(draw(studio, wish, base=str(base))))
    [said] = data["bases"]
    assert (said["base"], said["licence"], said["may_sell"]) == (
        "dreamy",
        "CreativeML OpenRAIL-M",
        True,
    )
    assert said["likes"]["guidance"] == 7.0
    assert terms_data("storybook")["licence"] == "Apache-2.0"
    assert terms_data("nowhere/at/all") == {"base": "nowhere/at/all"}


def test_the_usual_base_needs_no_words(studio: Studio, base: Path) -> None:
    assert note_of("storybook", studio) == note_of("storybook", None) == ""
    studio.save_settings(studio.settings.model_copy(update={"base": str(base)}))
    assert notes(studio, str(base)) == ["Opening the base model"]
    assert note_of(str(base / ".." / base.name), studio) == ""


def test_a_base_that_cannot_be_looked_at_is_left_to_who_opens_it(tmp_path: Path) -> None:
    assert note_of(str(tmp_path / "none"), None) == note_of("nowhere", None) == ""


def test_what_a_base_leaves_open_is_drawn_as_its_family_likes(base: Path) -> None:
    """The table of families and the defaults of facts say the same."""
    known, facts = known_base("sd15"), facts_of(base)
    assert known is not None
    for name in ("sampler", "steps", "guidance", "clip_skip"):
        assert getattr(known, name) == getattr(facts, name) == Facts.model_fields[name].default

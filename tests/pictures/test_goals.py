"""A goal decides what is counted, which findings speak, and what it means to be always there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from castmates.core.errors import BadInput
from castmates.core.types import Goal
from castmates.families.facts import Facts
from castmates.files.studio import CharacterFolder
from castmates.pictures import absorption, plans
from castmates.pictures.check import Means, Report, check
from castmates.pictures.coverage import axes, shown_by
from castmates.pictures.goals import aims, goal_named
from castmates.pictures.report import Finding, Twins
from tests.pictures.drawn import picture
from tests.pictures.test_habits import look

FACTS = Facts(family="sd15", native_size=64, prediction="epsilon", latent_scale=1.0)
DOCS = Path(__file__).parents[2] / "docs" / "pictures.md"


def report(pip: CharacterFolder, captions: list[str], goal: Goal) -> Report:
    for number, caption in enumerate(captions, 1):
        pip.pictures_dir.mkdir(exist_ok=True)
        picture(number).save(pip.picture_path(number))
        pip.write_caption(number, caption)
    return check(pip, FACTS, Means(goal=goal))


def codes(told: Report) -> set[str]:
    return {finding.code for finding in told.findings}


def test_every_code_and_axis_of_the_table_is_known() -> None:
    documented = set(re.findall(r"`([a-z]+(?:-[a-z]+)+|[a-z]+)`", DOCS.read_text("utf-8")))
    known = {axis.name for axis in axes()}
    for goal, aim in aims().items():
        assert set(aim.axes) <= known
        assert {*aim.silent, *aim.says} <= documented, goal
        assert {f"one-{name}" for name in aim.one} <= documented
        assert plans.plan_name("", 1, goal) in plans.plans()
        assert all("{" not in each.fix.replace("{keeper}", "") for each in aim.says.values())


def test_a_likeness_hears_everything_as_it_is() -> None:
    found = [Finding(code="one-pose", level="note", what="What.", fix="Fix.")]
    assert aims()["likeness"].heard(found, 9) == found


def test_a_goal_says_findings_in_its_own_words() -> None:
    names = ("0001.png", "0004.png")
    about = {"level": "note", "pictures": names, "what": "What.", "fix": "Fix."}
    several = Finding.model_validate({"code": "bystanders", **about})
    told = aims()["object"].heard([several], 9)[0]
    assert told.what == "Somebody stands by in 2 of 9 pictures."
    assert told.fix.startswith("Cut closer around the thing")
    assert aims()["style"].heard([several], 9) == []
    twins = Finding.model_validate({"code": "twins", **about})
    kin = Twins(pictures=names, keeper="0004.png")
    assert "Keep 0004.png" in aims()["style"].heard([twins], 9, [kin])[0].fix


GIRLS = [f"ink, 1girl, red hair, forest, t{n}, upper body" for n in range(10)]


def test_a_style_wants_many_things_and_a_likeness_one(pip: CharacterFolder) -> None:
    style, likeness = report(pip, GIRLS, "style"), report(pip, GIRLS, "likeness")
    only = {"one-subject", "one-person", "no-animal", "no-thing", "no-scenery", "few-pictures"}
    assert only <= codes(style)
    assert not only & codes(likeness)
    assert {"no-side", "no-back"} & codes(style) == set()
    assert set(style.coverage) == {"subject", "place", "framing"}
    assert style.plan is not None
    assert style.plan.plan == "many-things"
    assert "8 of places with nobody in them" in style.plan.next
    one = next(f for f in style.findings if f.code == "one-background")
    assert (one.level, one.fix[:24]) == ("warning", "What is always behind be")
    assert style.text().startswith("pip (style): 10 pictures")


def test_the_concept_minds_who_shows_it_and_the_object_whose_hand_holds_it(
    pip: CharacterFolder,
) -> None:
    assert "one-person" in codes(report(pip, GIRLS, "concept"))
    held = [f"lamp, holding, close-up, t{n}" for n in range(10)]
    told = report(pip, held, "object")
    hands = next(f for f in told.findings if f.code == "one-hands")
    assert hands.what == "10 of 10 pictures show it in somebody's hand."
    assert "one-hands" not in codes(report(pip, held, "likeness"))


def test_what_is_always_there_means_something_else() -> None:
    seen = "watercolor/style, red hair/hair_colour, forest/scene"
    looks = [look(n, f"ink, t{n}", seen) for n in range(10)]

    def told(goal: Goal) -> dict[str, tuple[bool, str]]:
        meaning = aims()[goal].absorbed
        return {
            one.tag: (one.wanted, one.preview)
            for one in absorption.absorbed(looks, "ink", (), meaning=meaning)
        }

    assert told("style")["watercolor"][0]
    assert told("style")["red hair"] == (
        False,
        "With these captions everything in the style of ink has somebody with red hair in it; "
        "write 'red hair' in the captions to be able to change it.",
    )
    assert (told("likeness")["red hair"][0], told("likeness")["watercolor"][0]) == (True, False)
    assert not any(wanted for wanted, _ in told("concept").values())
    assert "the ink always stands in the same place: forest" in told("object")["forest"][1]
    part = absorption.finding_of(absorption.absorbed(looks, "ink"), "ink", aims()["style"].absorbed)
    assert "becomes part of the style ink: " in part[0].what


def test_the_goal_of_the_character_counts_unless_another_is_named(pip: CharacterFolder) -> None:
    pip.save(pip.character.model_copy(update={"goal": "style"}))
    captions = [*GIRLS]
    report(pip, captions, "object")
    assert check(pip, FACTS).goal == "style"
    assert check(pip, FACTS, Means(goal="concept")).goal == "concept"


def test_plans_are_taken_for_their_goal_alone() -> None:
    assert plans.plan_name("", 100, "likeness") == "face-first"
    assert plans.plan_name("", 100, "style") == "many-things"
    assert plans.plan_name("around", 100, "style") == "around"
    shows = [shown_by(look(n, "ink, 1girl, close-up" if n else "ink, cat")) for n in range(4)]
    held = plans.held_against("many-things", shows)
    assert held is not None
    assert {s.name: s.have for s in held.shots} == {
        "people": 3,
        "places": 0,
        "animals": 1,
        "things": 0,
        "faces": 3,
    }


def test_a_goal_is_named_or_the_nearest_is_offered() -> None:
    assert goal_named(" Style ") == "style"
    with pytest.raises(BadInput, match="Did you mean 'concept'"):
        goal_named("conzept")

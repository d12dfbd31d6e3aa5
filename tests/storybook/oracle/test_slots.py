"""Slots, what is asked, and tags: all three say what the world's truth says."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

import storybook.world as world
from castmates.core.errors import BadInput
from storybook.oracle.asking import asked, asked_of_picture, facts_of
from storybook.oracle.sampling import KINDS, framed, is_member, random_look
from storybook.oracle.slots import CHARACTER, PICTURE
from storybook.oracle.tags import called, meaning, tags_from
from storybook.world.truth import SIDES
from storybook.world.values import Act, Character

CASTS = {**world.EXAMPLE, **world.DEVELOPMENT, **world.EVALUATION}
GIRL = Character("girl", "pale", "blue", "dress", "red", hair="bob cut", hair_colour="black")
BOLT = world.EXAMPLE["bolt"]


def test_the_sampler_reaches_every_answer_of_every_slot() -> None:
    rng = random.Random(0)
    rows = np.zeros(CHARACTER.total, bool)
    for _ in range(6000):
        one = random_look(rng)
        rows |= CHARACTER.row({s: frozenset({a}) for s, a in facts_of(one, Act()).items()})
    pictures = np.zeros(PICTURE.total, bool)
    for seed in range(1500):
        spec = framed(seed)
        pictures |= PICTURE.row(asked_of_picture(spec))
        for one, act in zip(spec.characters, spec.acts, strict=True):
            rows |= CHARACTER.row(asked(one, act, spec.framing))
    missed = [
        (name, answer)
        for slots, seen in ((CHARACTER, rows), (PICTURE, pictures))
        for name in slots.names
        for answer in slots.answers[name]
        if not seen[slots.place(name, answer)]
    ]
    assert missed == []


def test_no_sampled_character_is_a_member_of_a_cast() -> None:
    assert all(is_member(replace(one, name="x", build=1.1)) for one in CASTS.values())
    rng = random.Random(1)
    assert not any(is_member(random_look(rng)) for _ in range(500))


@pytest.mark.parametrize("which", KINDS)
def test_a_seed_is_the_same_picture_and_can_be_drawn(which: str) -> None:
    assert framed(5, which) == framed(5, which)
    for seed in range(30):
        spec = framed(seed, which)
        assert which != "several" or len(spec.characters) > 1
        assert world.draw(spec, 32).image.shape == (32, 32, 3)


@pytest.mark.parametrize("which", KINDS)
def test_answers_make_the_tags_that_are_true(which: str) -> None:
    for seed in range(120):
        spec = framed(seed, which)
        if not spec.characters:
            continue
        true = world.tags_of(spec)
        sides = SIDES[len(spec.characters)]
        for side, one, act in zip(sides, spec.characters, spec.acts, strict=True):
            prefix = f"{side} " if side else ""
            right = asked(one, act, spec.framing)
            facts = {s: a for s, a in facts_of(one, act).items() if right.get(s) == {a}}
            tags = tags_from(facts | {"kind": one.kind})
            assert tags.items() <= {s.removeprefix(prefix): t for s, t in true.items()}.items()
        picture = asked_of_picture(spec)
        for slot in ("framing", "scene", "light", "style"):
            assert picture.get(slot, {true.get(slot)}) == {true.get(slot)}


def test_every_true_tag_means_answers_that_are_right() -> None:
    for seed in range(150):
        spec = framed(seed, "wide")
        one, act = spec.characters[0], spec.acts[0]
        if len(spec.characters) > 1:
            continue
        facts = facts_of(one, act)
        for tag in world.tags_of(spec).values():
            for slot, answers in meaning(tag).character.items():
                assert facts[slot] in answers, tag


def test_every_word_is_known_and_a_wrong_one_is_told_kindly() -> None:
    for tags in world.vocabulary().values():
        for tag in tags:
            assert meaning(tag)
    for member in CASTS.values():
        facts = facts_of(member, Act())
        for tag in member.looks:
            assert all(facts[s] in answers for s, answers in meaning(tag).character.items()), tag
    with pytest.raises(BadInput, match="Did you mean 'red dress'"):
        meaning("red dres")
    assert called("teal", "eyes") == {"turquoise"}
    assert called("teal", "outfit_colour") == {"teal", "turquoise"}


def test_what_is_hidden_is_not_asked() -> None:
    behind = asked(GIRL, Act(view="from behind"), "full body")
    assert not {"eyes", "expression", "sign", "glasses", "freckles"} & set(behind)
    assert behind["view"] == {"from behind"}
    assert "eyes" not in asked(GIRL, Act(expression="closed eyes"), "full body")
    close = asked(GIRL, Act(), "close-up")
    assert not {"outfit", "outfit_colour", "cape", "prop", "pose"} & set(close)
    assert {"scarf", "sign", "hat"} <= set(close)
    assert "pose" not in asked(GIRL, Act(pose="running"), "upper body")
    assert "pattern" not in asked(GIRL, Act(), "full body")
    assert "hair" not in asked(BOLT, Act(), "full body")
    assert "antenna" not in asked(BOLT, Act(hat="witch hat"), "full body")


def test_what_looks_alike_is_all_right() -> None:
    fox = replace(world.EXAMPLE["moss"], words=())
    assert asked(fox, Act(), "full body")["pattern"] == {"mask"}
    assert asked(fox, Act(view="from behind"), "full body")["pattern"] == {"none", "mask", "patch"}
    assert asked(GIRL, Act(), "full body")["kind"] == {"girl"}
    curly = replace(GIRL, hair="curly hair", outfit="shirt")
    assert asked(curly, Act(), "full body")["kind"] == {"girl", "boy"}
    boy = replace(GIRL, kind="boy", hair="short hair", outfit="shirt")
    short = asked(boy, Act(view="from behind"), "full body")
    assert short["hair"] == {"short hair", "spiky hair", "bowl cut"}


@pytest.mark.parametrize("slot", ["cape", "sign", "pattern", "ears", "hair_second", "antenna"])
def test_what_is_asked_changes_the_pixels(slot: str) -> None:
    changed = []
    for seed in range(300):
        spec = framed(seed, "unusual")
        one = spec.characters[0]
        value, usual = getattr(one, slot), "ball" if slot == "antenna" else ""
        right = asked(one, spec.acts[0], spec.framing)
        if value == usual or right.get(slot) != {value}:
            continue
        bare = replace(spec, characters=(replace(one, **{slot: usual}),))
        images = [world.draw(s, 128).image.astype(int) for s in (spec, bare)]
        changed.append(int((np.abs(images[0] - images[1]).sum(2) > 24).sum()))
    assert len(changed) > 8
    assert np.mean(np.array(changed) >= 8) > 0.97

"""A perfect reading is who it is, and nobody else; what does not show is not judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import storybook.world as world
from storybook.oracle.figures import Tally, matched
from storybook.oracle.identity import (
    agreement,
    character_of,
    is_it,
    is_true,
    likeliest,
    likelihood,
    share,
    words_true,
)
from storybook.oracle.reading import Reading
from storybook.oracle.sampling import framed
from tests.storybook.oracle.perfect import perfect

CASTS = {**world.EXAMPLE, **world.DEVELOPMENT, **world.EVALUATION}


def _read(name: str, seed: int = 1, **fixed: str | None) -> Reading:
    usual: dict[str, str | None] = {"view": "from front", "framing": "full body", "hat": None}
    spec = world.sample(seed, world.QUIET, (CASTS[name],), **{**usual, "prop": None, **fixed})
    return perfect(spec)


@pytest.mark.parametrize("name", CASTS)
@pytest.mark.parametrize("view", ["from front", "from side", "from behind"])
def test_everybody_is_likeliest_itself(name: str, view: str) -> None:
    reading = _read(name, view=view, expression="smile")
    person = reading.persons[0]
    assert likeliest(person, reading.framing, CASTS) == name
    assert likelihood(person, reading.framing, CASTS[name]) <= 0
    assert is_it(reading, CASTS[name])
    assert not any(is_it(reading, one) for other, one in CASTS.items() if other != name)


@pytest.mark.parametrize("name", CASTS)
def test_the_words_of_a_cast_are_true_of_it(name: str) -> None:
    told = words_true(_read(name, expression="smile"), CASTS[name])
    assert set(told) == {slot for slot, _ in CASTS[name].words}
    assert all(told.values())
    behind = words_true(_read(name, view="from behind"), CASTS[name])
    assert False not in behind.values()
    assert behind["eyes"] is None


def test_one_wrong_attribute_is_seen() -> None:
    reading, zuvia = _read("zuvia", expression="smile"), CASTS["zuvia"]
    other = replace(zuvia, eyes="lime")
    agreed = agreement(reading.persons[0], reading.framing, other)
    assert [slot for slot, right in agreed.items() if not right] == ["eyes"]
    assert share(agreed) == pytest.approx(1 - 1 / len(agreed))


def test_tags_are_true_false_or_unseen() -> None:
    reading = _read("fenn", expression="smile", scene="forest", light="day")
    told = {
        "1fox": True,
        "solo": True,
        "purple fur": True,
        "orange fur": False,
        "forest": True,
        "beach": False,
        "purple hair": False,
        "night": False,
        "glasses": False,
        "holding red balloon": False,
    }
    assert {tag: is_true(reading, tag) for tag in told} == told
    close = _read("fenn", framing="close-up", expression="closed eyes")
    assert is_true(close, "yellow shirt") is None
    assert is_true(close, "green eyes") is None
    held = _read("fenn", prop="red balloon", pose="standing")
    assert is_true(held, "holding red balloon")
    assert is_true(held, "holding blue balloon") is False


def test_every_true_tag_of_random_pictures_is_true_or_unseen() -> None:
    for seed in range(120):
        spec = framed(seed, "wide")
        if len(spec.characters) == 1:
            reading = perfect(spec)
            for tag in world.tags_of(spec).values():
                assert is_true(reading, tag) is not False, (seed, tag)


def test_a_perfect_reading_gives_the_character_back() -> None:
    for name in ("pip", "moss", "rivet"):
        spec = world.sample(
            3, world.QUIET, (CASTS[name],), view="from front", framing="full body",
            expression="smile", hat=None,
        )  # fmt: skip
        one = character_of(perfect(spec).persons[0])
        known = replace(CASTS[name], name="", words=(), build=one.build)
        # Nothing tells a girl from a boy with afro puffs.
        assert replace(one, kind=known.kind) == known
        assert one.kind == known.kind or {one.kind, known.kind} == {"girl", "boy"}


def test_nobody_there_is_nobody() -> None:
    empty = Reading(_read("fenn").picture, ())
    assert not is_it(empty, CASTS["fenn"])
    assert set(words_true(empty, CASTS["fenn"]).values()) == {False}


def test_boxes_are_matched_once() -> None:
    reading = perfect(framed(1, "several"))
    boxes = [person.box for person in reading.persons]
    assert matched(boxes[::-1], reading) == list(reading.persons[::-1])
    assert matched([(90.0, 90.0, 99.0, 99.0)], reading) == [None]


def test_a_tally_says_shares_with_intervals() -> None:
    tally = Tally()
    for right in [True] * 9 + [False]:
        tally.add([("kind", right), ("eyes", True)])
    assert tally.micro == pytest.approx(0.95)
    assert tally.macro == pytest.approx(np.mean([0.9, 1.0]))
    lines = list(tally.lines())
    assert "10 pictures, 20 asked" in lines[0]
    assert "kind" in lines[1]
    assert "90.0 % (59.6-98.2), n = 10" in lines[1]

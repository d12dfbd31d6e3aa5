"""The check on pictures whose truth is known: rendered ones, with our own finder and encoder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from castmates.backends.encoders import open_encoder
from castmates.backends.finders import open_finder
from castmates.backends.taggers import open_tagger
from castmates.core.ports import Found, Pixels
from castmates.scenes.cutting import cut_out
from castmates.scenes.looking import Cast, Eyes, acquaint, seen_in
from castmates.scenes.verdict import Verdict, verdict_of
from storybook import album
from storybook.world import EXAMPLE, QUIET, draw, sample

PLACES = ((0.0, 0.0, 0.5, 1.0), (0.5, 0.0, 1.0, 1.0))


@pytest.fixture(scope="module")
def eyes() -> Eyes:
    return Eyes(open_finder("storybook"), open_encoder("storybook"), open_tagger("storybook"))


@pytest.fixture(scope="module")
def cast(eyes: Eyes) -> Cast:
    real = {
        name: [one.image for one in album.pictures(who, 128, 10)] for name, who in EXAMPLE.items()
    }
    return acquaint(eyes, {**real, "alone": real["pip"][:1]})


def rendered(*names: str, seed: int = 3) -> Pixels:
    fixed: dict[str, Any] = {"view": "from front", "framing": "full body", "hat": None}
    cast = tuple(EXAMPLE[name] for name in names)
    return draw(sample(seed, QUIET, cast, **fixed), 128).image


def judged(eyes: Eyes, cast: Cast, picture: Pixels) -> Verdict:
    names = ("pip", "moss")
    return verdict_of(seen_in(eyes, picture, cast, names, PLACES), names, PLACES)


def test_one_picture_is_not_enough_to_know_somebody(cast: Cast) -> None:
    assert set(cast.known) == set(EXAMPLE)
    assert all(one.real > one.stranger for one in cast.known.values())
    assert all(margin > 0.5 for margin in cast.margins.values())


@pytest.mark.parametrize("seed", range(3, 6))
def test_who_is_there_is_told(eyes: Eyes, cast: Cast, seed: int) -> None:
    right = judged(eyes, cast, rendered("pip", "moss", seed=seed))
    assert right.is_right
    assert not right.bleeding
    assert judged(eyes, cast, rendered("moss", "pip", seed=seed)).swap
    assert judged(eyes, cast, rendered("pip", "bolt", seed=seed)).missing == ("moss",)
    twice = judged(eyes, cast, rendered("pip", "pip", seed=seed))
    assert twice.clone
    assert twice.missing == ("moss",)
    assert judged(eyes, cast, rendered("pip", "bolt", "moss", seed=seed)).extra


def test_an_empty_picture_shows_nobody(eyes: Eyes, cast: Cast) -> None:
    assert judged(eyes, cast, np.full((128, 128, 3), 200, np.uint8)).missing == ("pip", "moss")


class Unsure:
    """A finder that sees a third figure, and is less sure of it."""

    def __init__(self, sure: float) -> None:
        self.sure = sure

    def find(self, pictures: Sequence[Pixels], at_least: float | None = None) -> list[list[Found]]:
        boxes = [Found((0, 0, 60, 128), 0.8), Found((68, 0, 128, 128), 0.78)]
        return [[*boxes, Found((30, 0, 90, 128), self.sure)] for _ in pictures]


@pytest.mark.parametrize(("sure", "figures"), [(0.4, 2), (0.6, 3)])
def test_a_doubtful_figure_is_not_one_too_many(
    eyes: Eyes, cast: Cast, sure: float, figures: int
) -> None:
    own = Eyes(Unsure(sure), eyes.encoder)
    picture = rendered("pip", "moss")
    assert len(seen_in(own, picture, cast, ("pip", "moss"), PLACES).boxes) == figures
    assert len(seen_in(own, picture, cast, ("pip",), (*PLACES, PLACES[0])).boxes) == 3


def test_others_are_painted_out_of_a_cut() -> None:
    picture = np.full((40, 40, 3), 250, np.uint8)
    mine, yours = np.zeros((40, 40), bool), np.zeros((40, 40), bool)
    mine[10:40, 5:20], yours[10:40, 20:35] = True, True
    picture[mine], picture[yours] = 10, 90
    found = [Found((5, 10, 24, 40), 0.9, mask=mine), Found((16, 10, 35, 40), 0.8, mask=yours)]
    own = cut_out(picture, found, 0)
    assert set(np.unique(own)) == {10, 250}
    boxes = [Found(one.box, one.confidence) for one in found]
    assert 90 in cut_out(picture, boxes, 0)

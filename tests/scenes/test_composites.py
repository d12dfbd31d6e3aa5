"""Composites: who stands where, what their captions say, and what of them is learned."""

from __future__ import annotations

from collections import Counter
from random import Random

import numpy as np
import pytest

from castmates.core.errors import BadInput
from castmates.core.ports import Found
from castmates.core.types import Size
from castmates.scenes.joining import Piece, joined
from castmates.scenes.pairing import Single, caption_of, demand_heads, rows
from castmates.scenes.pasting import BACKGROUND, can_be_cut, pasted
from castmates.training.captions import sampled
from castmates.training.recipe import Recipe


def single(who: str, number: int = 1, caption: str = "") -> Single:
    return Single.of(who, who, number, caption or f"{who}, 1fox, solo, look {number}")


def filled(colour: tuple[int, int, int], height: int = 64, width: int = 64) -> Piece:
    return Piece(np.full((height, width, 3), colour, np.uint8))


def standing(colour: tuple[int, int, int], box: tuple[int, int, int, int]) -> Piece:
    """A block of one colour on grey, found."""
    pixels = np.full((128, 128, 3), 128, np.uint8)
    mask = np.zeros((128, 128), np.bool_)
    left, top, right, bottom = box
    mask[top:bottom, left:right] = True
    pixels[mask] = colour
    return Piece(pixels, Found(tuple(map(float, box)), 1.0, mask=mask))  # type: ignore[arg-type]


def test_the_caption_is_the_published_one() -> None:
    row = (
        Single.of("pip", "pip", 1, "pip, 1fox, smile, forest"),
        Single.of("moss", "m0ss", 2, "M0ss, solo, 1bear, waving"),
    )
    assert caption_of(row) == "pip/m0ss/COMPOSITE, 1fox, smile, forest, 1bear, waving"


def test_shuffling_keeps_the_head() -> None:
    words = caption_of((single("pip"), single("moss", 2)))
    recipe = Recipe(keep_tokens=1, shuffle=True, tag_dropout=0.5, caption_dropout=0.0)
    read = {sampled(words, recipe, Random(seed)) for seed in range(20)}
    assert len(read) > 5
    assert all(text.split(", ")[0] == "pip/moss/COMPOSITE" for text in read)


def test_every_company_and_every_picture_is_shown_equally_often() -> None:
    cast = [[single(who, n) for n in range(4)] for who in "abc"]
    found = rows(cast, 24, 2, "both", Random(1))
    orders = Counter(tuple(one.who for one in row) for row in found)
    assert set(orders.values()) == {4}
    assert len(orders) == 6
    assert set(Counter((one.who, one.number) for row in found for one in row).values()) == {4}
    given = rows(cast[:2], 5, 2, "given", Random(1))
    assert {tuple(one.who for one in row) for row in given} == {("a", "b")}
    assert {len(row) for row in rows(cast, 3, 3, "random", Random(1))} == {3}
    assert rows(cast, 9, 2, "random", Random(7)) == rows(cast, 9, 2, "random", Random(7))


def test_a_trigger_that_parts_the_head_is_refused() -> None:
    with pytest.raises(BadInput, match=r"(?s)'a,b'.*'c/d'"):
        demand_heads(["pip", "a,b", "c/d"])


def test_each_gets_its_share_and_the_seam_weighs_nothing() -> None:
    red, blue = filled((255, 0, 0)), filled((0, 0, 255), 32, 96)
    picture, weights = joined([red, blue], [0.4, 0.6], Size(width=100, height=64))
    assert picture.shape == (64, 100, 3)
    assert (picture[:, :40] == (255, 0, 0)).all()
    assert (picture[:, 40:] == (0, 0, 255)).all()
    assert (weights[:, 32:48] == 0).all()
    assert (weights[:, :32] == 255).all()
    assert (weights[:, 48:] == 255).all()


def test_a_picture_is_cut_around_its_figure() -> None:
    left = standing((255, 0, 0), (4, 20, 30, 120))
    picture, _ = joined([left, left], [0.5, 0.5], Size(width=128, height=128))
    assert (picture[60, 4:30] == (255, 0, 0)).all()
    right = standing((255, 0, 0), (98, 20, 124, 120))
    picture, _ = joined([right, right], [0.5, 0.5], Size(width=128, height=128))
    assert (picture[60, 34:60] == (255, 0, 0)).all()


def test_cut_outs_stand_by_height_on_one_ground() -> None:
    tall, short = (
        standing((255, 0, 0), (44, 10, 84, 110)),
        standing((0, 0, 255), (44, 10, 84, 110)),
    )
    picture, weights = pasted(
        [tall, short], [200.0, 100.0], tall, Size(width=256, height=128), Random(3)
    )
    red = (picture[..., 0] > 200) & (picture[..., 2] < 60)
    blue = (picture[..., 2] > 200) & (picture[..., 0] < 60)
    ys, xs = np.nonzero(red)
    lower, places = np.nonzero(blue)
    assert xs.mean() < 128 < places.mean()
    assert abs(int(ys.max()) - int(lower.max())) <= 1
    assert np.ptp(ys) == pytest.approx(2 * np.ptp(lower), rel=0.1)
    assert (weights[red] > 200).all()
    assert (weights[0] == BACKGROUND).all()
    assert abs(int(picture[0, 0, 0]) - 128) <= 1


def test_who_is_cut_by_an_edge_is_not_cut_out() -> None:
    assert can_be_cut(standing((255, 0, 0), (44, 10, 84, 128)))
    assert not can_be_cut(standing((255, 0, 0), (44, 0, 84, 110)))
    assert not can_be_cut(standing((255, 0, 0), (0, 10, 84, 110)))
    assert not can_be_cut(filled((1, 2, 3)))

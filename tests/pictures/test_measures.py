"""Measures of single pictures: bars, JPEG's blocks, tones, blur; each against pictures without."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter

from castmates.core.ports import Pixels
from castmates.pictures.damage import BLOCKY, Bars, bars, blockiness
from castmates.pictures.exposure import exposure
from castmates.pictures.sharpness import SOFT, softness
from storybook.album import album
from storybook.world import EXAMPLE, draw


@pytest.fixture(scope="module")
def drawn() -> list[Pixels]:
    return [draw(s, 192).image for name in EXAMPLE for s in album(EXAMPLE[name], 8)]


def pressed(pixels: Pixels, quality: int) -> Pixels:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "JPEG", quality=quality)
    return np.array(Image.open(stream).convert("RGB"))


def test_drawings_have_no_faults(drawn: list[Pixels]) -> None:
    assert not [bars(p) for p in drawn if bars(p).any]
    assert max(blockiness(p) for p in drawn) < BLOCKY
    assert max(softness(p, 128) for p in drawn) < SOFT
    assert {exposure(p).fault for p in drawn} == {None}


@pytest.mark.parametrize("colour", [(0, 0, 0), (90, 30, 140)])
def test_bars_of_any_colour_are_measured(drawn: list[Pixels], colour: tuple[int, ...]) -> None:
    missed = 0
    for picture in drawn:
        wide = np.full((192 + 40, 192, 3), colour, np.uint8)
        wide[20:-20] = picture
        found = bars(pressed(wide, 85))
        missed += abs(found.top - 20) > 2 or abs(found.bottom - 20) > 2 or bool(found.left)
    assert missed <= 1


def test_a_single_bar_counts_in_black_and_white_only() -> None:
    rng = np.random.default_rng(1)
    picture = rng.integers(40, 200, (100, 80, 3)).astype(np.uint8)
    for shade, wanted in ((0, 12), (255, 12), (130, 0)):
        one = picture.copy()
        one[:, :12] = shade
        assert bars(one) == Bars(left=wanted)
    assert not bars(np.full((90, 90, 3), 255, np.uint8)).any


def test_blocks_of_jpeg_are_seen_also_when_cut(drawn: list[Pixels]) -> None:
    strong = [blockiness(pressed(p, 12)) for p in drawn]
    cut = [blockiness(pressed(p, 12)[3:, 5:]) for p in drawn]
    light = [blockiness(pressed(p, 92)) for p in drawn]
    assert min(strong) > BLOCKY
    assert min(cut) > BLOCKY
    assert max(light) < BLOCKY


def test_exposure_by_the_ends_of_the_tones(drawn: list[Pixels]) -> None:
    for picture in drawn:
        grey = picture.astype(np.float32)
        assert exposure((grey * 0.25).astype(np.uint8)).fault == "too dark"
        assert exposure((255 - (255 - grey) * 0.15).astype(np.uint8)).fault == "too light"
        assert exposure((150 + (grey - 128) * 0.2).astype(np.uint8)).fault == "washed out"


def test_blur_is_measured_at_the_size_of_training(drawn: list[Pixels]) -> None:
    for picture in drawn:
        blurred = Image.fromarray(picture).filter(ImageFilter.GaussianBlur(4))
        soft = np.asarray(blurred)
        assert softness(soft, 192) > SOFT
        # The same blur is no matter where four pixels become half a one.
        large = np.asarray(
            Image.fromarray(picture).resize((768, 768)).filter(ImageFilter.GaussianBlur(2))
        )
        assert softness(large, 128) < SOFT

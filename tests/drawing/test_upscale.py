"""Tiles come together without a seam, and texts say what was done."""

from __future__ import annotations

import json

import numpy as np
import pytest

from castmates.core.errors import BadInput
from castmates.core.types import Size
from castmates.drawing.infotext import png_texts, shot_of
from castmates.drawing.redraw import again
from castmates.drawing.shots import ExtendedShot, Start, Variation
from castmates.drawing.sources import digest_of
from castmates.drawing.upscale import Tiling, enlarged_texts, starts, tile_shots
from castmates.drawing.upscale_presets import preset
from tests.drawing.pictures import picture
from tests.drawing.test_infotext import SHOT, Picture

DONE = {"Postprocess upscale by": "4", "Postprocess upscaler": "4x"}


@pytest.mark.parametrize(("width", "height"), [(200, 130), (64, 64), (65, 200), (30, 21)])
def test_tiles_that_nobody_changes_are_the_picture(width: int, height: int) -> None:
    whole = picture(width, height)
    tiling = Tiling.of(whole, 64, 16, 8)
    tiles = tiling.tiles()
    assert {tile.shape for tile in tiles} == {(tiling.tile.height, tiling.tile.width, 3)}
    assert not tiling.tile.width % 8
    assert not tiling.tile.height % 8
    assert np.array_equal(tiling.joined(tiles), whole)


def test_tiles_fade_into_each_other() -> None:
    tiling = Tiling.of(np.zeros((64, 112, 3), np.uint8), 64, 16, 8)
    black, white = np.zeros((64, 64, 3), np.uint8), np.full((64, 64, 3), 255, np.uint8)
    row = tiling.joined([black, white])[0, :, 0].astype(int)
    assert row[:48].max() == 0
    assert row[64:].min() == 255
    steps = np.diff(row[47:65])
    assert steps.min() >= 0
    assert steps.max() <= 16


def test_tiles_stand_evenly_and_share_what_they_must() -> None:
    assert starts(64, 64, 16) == [0]
    assert starts(112, 64, 16) == [0, 48]
    found = starts(300, 64, 16)
    assert found[-1] == 300 - 64
    assert max(np.diff(found)) <= 48


def test_each_tile_is_drawn_over_from_a_seed_of_its_own() -> None:
    tiles = [picture(64, 64, seed) for seed in (1, 2)]
    given = ExtendedShot.model_validate({**dict(SHOT), "variation": Variation(seed=1, strength=1)})
    shots = tile_shots(given, tiles, Size(width=64, height=64), 0.3)
    assert [shot.seed for shot in shots] == [SHOT.seed, SHOT.seed + 1]
    begun = [Start(picture=digest_of(tile), strength=0.3) for tile in tiles]
    assert [getattr(shot, "start", None) for shot in shots] == begun
    assert shots[0].words == SHOT.words
    assert getattr(shots[0], "variation", None) is None


def test_what_was_done_stands_in_both_texts() -> None:
    before = png_texts(Picture(SHOT))
    texts = enlarged_texts(before, DONE)
    assert "Postprocess upscale by: 4, Postprocess upscaler: 4x" in texts["parameters"]
    assert shot_of(texts["parameters"]) == shot_of(before["parameters"])
    assert shot_of(texts) == SHOT
    assert again(texts).unread == (
        "It was enlarged after it was drawn (Postprocess upscale by: 4, Postprocess upscaler: 4x); "
        "this draws it as it was before.",
    )
    twice = enlarged_texts(texts, {**DONE, "Postprocess upscaler": "lanczos"})
    assert 'Postprocess upscaler: "4x, then lanczos"' in twice["parameters"]
    assert ", then Postprocess" in json.loads(twice["castmates"])["enlarged"]


def test_pictures_of_others_keep_their_texts() -> None:
    assert enlarged_texts({}, DONE) == {
        "postprocessing": "Postprocess upscale by: 4, Postprocess upscaler: 4x"
    }
    jpeg = enlarged_texts({"UserComment": "a fox\nSteps: 2, Sampler: Euler, Seed: 1"}, DONE)
    assert jpeg == {"parameters": f"a fox\nSteps: 2, Sampler: Euler, Seed: 1, {_line()}"}
    odd = enlarged_texts({"castmates": "no json", "workflow": "{}"}, DONE)
    assert odd["castmates"] == "no json"
    assert odd["workflow"] == "{}"


def _line() -> str:
    return ", ".join(f"{key}: {value}" for key, value in DONE.items())


def test_presets_are_data() -> None:
    assert preset("detail").scale == 4.0
    with pytest.raises(BadInput, match="Did you mean 'detail'"):
        preset("detial")

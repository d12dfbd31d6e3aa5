"""Which window of a picture is shown, and at which size."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from castmates.core.errors import BadInput, CastmatesError
from castmates.core.types import Size
from castmates.files import images
from castmates.training.data import Item
from castmates.training.recipe import Recipe, changed
from castmates.training.views import View, fits_of, views_of

BUCKETS = Recipe.model_validate(
    {
        "size": "64",
        "buckets": True,
        "bucket_smallest": 32,
        "bucket_largest": 128,
        "bucket_step": 16,
    }
)


def picture(folder: Path, width: int, height: int) -> Item:
    chance = np.random.default_rng(width * 1000 + height)
    path = folder / f"{width}x{height}.png"
    images.write_png(path, chance.integers(0, 256, (height, width, 3), dtype=np.uint8))
    return Item.read(path, "pip")


def test_an_item_knows_its_size_as_it_is_seen(tmp_path: Path) -> None:
    assert picture(tmp_path, 90, 60).size == (90, 60)
    (tmp_path / "words.png").write_text("no picture", "utf-8")
    words = Item.read(tmp_path / "words.png", "pip")
    assert words.size is None
    with pytest.raises(BadInput, match=r"words\.png"):
        fits_of([words], BUCKETS, 64)


def test_without_buckets_a_picture_covers_the_size_as_it_always_did(tmp_path: Path) -> None:
    item = picture(tmp_path, 90, 61)
    [[view]] = views_of([item], Recipe.model_validate({"size": "64x48"}), 64)
    shown = images.resized(images.read(item.path), Size(width=64, height=48), fit="cover")
    assert np.array_equal(view.of(images.read(item.path)), shown)
    assert np.array_equal(view.flipped().of(images.read(item.path)), shown[:, ::-1])
    [[native]] = views_of([item], Recipe(), 32)
    assert native == View((32, 32))


def test_with_buckets_it_is_scaled_and_cut_as_the_rule_says(tmp_path: Path) -> None:
    item = picture(tmp_path, 96, 62)
    [[view]] = views_of([item], BUCKETS, 64)
    [fit] = fits_of([item], BUCKETS, 64)
    assert (view.size, view.resized, view.corner) == (fit.bucket, fit.resized, fit.corner())
    width, height = view.size
    whole = images.resized(
        images.read(item.path), Size(width=fit.resized[0], height=fit.resized[1])
    )
    left, top = fit.corner()
    cut = whole[top : top + height, left : left + width]
    assert np.array_equal(view.of(images.read(item.path)), cut)


def test_random_crops_are_a_few_windows_the_middle_first(tmp_path: Path) -> None:
    item = picture(tmp_path, 160, 64)
    recipe = changed(Recipe(), {"size": "64", "random_crop": True, "crop_windows": 6, "seed": 3})
    [windows] = views_of([item], recipe, 64)
    assert windows[0].corner == (48, 0)
    assert 2 < len(windows) <= 6
    assert views_of([item], recipe, 64) == (windows,)
    assert views_of([item], changed(recipe, {"seed": 4}), 64) != (windows,)
    square = picture(tmp_path, 64, 64)
    assert len(views_of([square], recipe, 64)[0]) == 1


def test_a_mask_is_cut_like_its_picture(tmp_path: Path) -> None:
    item = picture(tmp_path, 160, 64)
    recipe = changed(Recipe(), {"size": "64", "random_crop": True, "flip": True})
    pixels = images.read(item.path)
    for view in views_of([item], recipe, 64)[0]:
        for side in (view, view.flipped()):
            red = side.of(np.ascontiguousarray(pixels[..., 0]))
            assert np.array_equal(red, side.of(pixels)[..., 0])


def test_all_pictures_that_no_bucket_takes_are_told_at_once(tmp_path: Path) -> None:
    kept = changed(BUCKETS, {"bucket_upscale": False})
    thin, flat, sound = (picture(tmp_path, *size) for size in ((8, 90), (90, 9), (64, 64)))
    with pytest.raises(CastmatesError, match=r"(?s)2 things.*8x90\.png.*90x9\.png"):
        fits_of([thin, sound, flat], kept, 64)
    with pytest.raises(BadInput, match="smallest side"):
        views_of([sound], changed(BUCKETS, {"bucket_smallest": 96}), 64)
    long = Item(tmp_path / "long.png", "", 1, "", (90_000, 100))
    with pytest.raises(CastmatesError, match="pixels long"):
        views_of([long], changed(Recipe(), {"size": "64", "random_crop": True}), 64)

"""Buckets are those of sd-scripts: both rules, with the figures that its own code gives."""

from __future__ import annotations

from random import Random

import pytest

from castmates.core.errors import BadInput, Unfit
from castmates.training.buckets import BucketRule, Fit, Pixels, counted

SQUARE = BucketRule((512, 512))
LARGE = BucketRule((768, 768))
KEPT = BucketRule((768, 768), upscale=False)


def test_512_has_17_buckets_and_768_has_19() -> None:
    assert len(SQUARE.sizes) == 17
    assert SQUARE.sizes[0] == (256, 832)
    assert SQUARE.sizes[-1] == (1024, 256)
    assert {(512, 512), (448, 576), (384, 640)} <= set(SQUARE.sizes)
    assert (512, 768) not in SQUARE.sizes
    assert len(LARGE.sizes) == 19


def test_no_bucket_is_larger_than_the_resolution_or_off_a_step() -> None:
    for rule in (SQUARE, LARGE, BucketRule((640, 896), step=32)):
        for width, height in rule.sizes:
            assert width * height <= rule.area
            assert width % rule.step == height % rule.step == 0
            assert (height, width) in rule.sizes


def test_1024_with_a_largest_side_of_1024_has_no_wide_bucket_beyond_it() -> None:
    assert max(width for width, _ in BucketRule((1024, 1024)).sizes) == 1024


@pytest.mark.parametrize(
    ("rule", "picture", "bucket", "resized"),
    [
        (LARGE, (1000, 1500), (640, 896), (640, 960)),
        (LARGE, (768, 768), (768, 768), (768, 768)),
        (LARGE, (100, 100), (768, 768), (768, 768)),
        (SQUARE, (640, 384), (640, 384), (640, 384)),
        (SQUARE, (4000, 3000), (576, 448), (597, 448)),
        (SQUARE, (3000, 4000), (448, 576), (448, 597)),
    ],
)
def test_with_upscaling_the_nearest_shape_is_covered(
    rule: BucketRule, picture: Pixels, bucket: Pixels, resized: Pixels
) -> None:
    assert rule.fit(*picture) == Fit(bucket, resized)


def test_the_cut_of_the_worked_example_loses_64_rows_in_the_middle() -> None:
    fit = LARGE.fit(1000, 1500)
    assert fit.lost == (0, 64)
    assert fit.corner() == (0, 32)
    tops = {fit.corner(Random(n))[1] for n in range(400)}
    assert (min(tops), max(tops)) == (0, 64)


def test_wide_and_tall_pictures_are_not_treated_alike_as_in_kohya() -> None:
    """Ratios 1.47 and 1 / 1.47: 1.286 is nearer than 1.667, but .6 is nearer than .778."""
    assert SQUARE.fit(1470, 1000).bucket == (576, 448)
    assert SQUARE.fit(1000, 1470).bucket == (384, 640)


@pytest.mark.parametrize(
    ("picture", "bucket", "resized"),
    [
        ((500, 700), (448, 640), (500, 700)),  # small: only rounded down
        ((768, 768), (768, 768), (768, 768)),
        ((4096, 4096), (768, 768), (768, 768)),
        # sqrt(589824 x 2/3) = 627.07: by width 576 -> 864 (832); by height 896 -> 597 (576)
        ((1000, 1500), (576, 896), (597, 896)),
        ((4096, 2048), (1024, 512), (1024, 512)),
    ],
)
def test_without_upscaling_a_picture_keeps_its_shape(
    picture: Pixels, bucket: Pixels, resized: Pixels
) -> None:
    assert KEPT.fit(*picture) == Fit(bucket, resized)


def test_without_upscaling_smallest_and_largest_do_not_count() -> None:
    narrow = BucketRule((512, 512), smallest=512, largest=512, upscale=False)
    assert narrow.fit(200, 900).bucket == (192, 896)
    assert narrow.sizes == ()


def test_without_upscaling_what_is_narrower_than_a_step_is_refused() -> None:
    for size in ((40, 700), (60, 60_000)):
        with pytest.raises(Unfit, match="shorter than 64"):
            KEPT.fit(*size)


def test_without_buckets_every_picture_covers_the_one_size() -> None:
    plain = BucketRule((512, 640), enabled=False)
    assert plain.sizes == ((512, 640),)
    assert plain.fit(1000, 1000) == Fit((512, 640), (640, 640))
    assert plain.fit(100, 500) == Fit((512, 640), (512, 2560))


def test_limits_are_rounded_to_steps_and_a_resolution_outside_is_refused() -> None:
    assert min(BucketRule((512, 512), smallest=300).sizes)[0] == 256
    assert max(BucketRule((512, 512), largest=600).sizes)[0] == 640
    with pytest.raises(BadInput, match="min_bucket_reso"):
        BucketRule((512, 512), smallest=640)
    with pytest.raises(BadInput, match="max_bucket_reso"):
        BucketRule((1024, 1024), largest=768)
    with pytest.raises(BadInput, match="no room"):
        BucketRule((32, 512))


def test_every_bucket_is_covered_by_what_it_is_cut_from() -> None:
    chance = Random(0)
    for rule in (SQUARE, LARGE, KEPT, BucketRule((512, 768), enabled=False)):
        for _ in range(300):
            fit = rule.fit(chance.randint(64, 3000), chance.randint(64, 3000))
            # kohya's rounding may leave a scaled side half a pixel short; never more.
            assert min(fit.lost) >= 0
            assert min(fit.bucket) >= rule.step


def test_looks_are_counted_by_bucket() -> None:
    fits = [LARGE.fit(1000, 1500), LARGE.fit(800, 800), LARGE.fit(2000, 3000)]
    assert counted(fits, [10, 4, 1]) == {(640, 896): 11, (768, 768): 4}

"""Pictures, and their eyes, masks and boxes: where the figures are."""

from itertools import product

import numpy as np
import pytest

from storybook.world import QUIET, WIDE, draw, named_character, sample
from storybook.world.masks import boxes_of
from storybook.world.sheet import contact_sheet
from storybook.world.tables import table

ACTS = table("acts")


@pytest.mark.parametrize("size", [64, 128, 200])
def test_a_picture_is_pixels_of_the_asked_size(size: int) -> None:
    picture = draw(sample(4), size)
    assert picture.image.shape == (size, size, 3)
    assert picture.image.dtype == np.uint8
    assert picture.image.flags["C_CONTIGUOUS"]
    assert picture.masks == []


def test_masks_do_not_overlap_and_fill_their_boxes() -> None:
    for seed in range(60):
        picture = draw(sample(seed, WIDE), masks=True)
        assert len(picture.masks) == len(picture.spec.characters) == len(picture.boxes)
        assert np.sum(picture.masks, axis=0).max() == 1
        for mask, box in zip(picture.masks, picture.boxes, strict=True):
            left, top, right, bottom = (round(value * 128) for value in box)
            inside = mask[top:bottom, left:right]
            assert inside.sum() == mask.sum() > 300
            assert inside[0].any()
            assert inside[-1].any()
            assert inside[:, 0].any()
            assert inside[:, -1].any()


def test_boxes_are_the_same_with_and_without_masks() -> None:
    spec = sample(2)
    assert draw(spec).boxes == draw(spec, masks=True).boxes


def test_a_mask_covers_what_the_character_changes() -> None:
    alone = sample(8, QUIET, [named_character(3)], scene="white background", style="flat color")
    picture = draw(alone, masks=True)
    empty = (picture.image == 253).all(axis=2)
    drawn = ~empty
    assert (drawn & ~picture.masks[0]).sum() < 0.03 * drawn.sum()


def test_a_hidden_character_has_an_empty_box() -> None:
    assert boxes_of([np.zeros((8, 8), np.bool_)]) == [(0.0, 0.0, 0.0, 0.0)]


def test_eyes_lie_on_the_figure_and_are_dark_in_the_middle() -> None:
    for seed in range(60):
        spec = sample(seed, view="from front", expression="smile", light="day")
        picture = draw(spec, masks=True)
        for x, y, radius in picture.eyes:
            assert 0 < radius < 0.2
            column, row = int(x * 128), int(y * 128)
            assert any(mask[row, column] for mask in picture.masks)
        if len(spec.characters) == 1 and spec.characters[0].kind != "robot":
            patched = spec.characters[0].wears("eyepatch")
            assert len(picture.eyes) == (1 if patched else 2)
            for x, y, _ in picture.eyes:
                assert picture.image[int(y * 128) + 1, int(x * 128)].mean() < 110


def test_eyes_follow_the_flip() -> None:
    for seed in range(200):
        spec = sample(seed, WIDE, view="from side", expression="smile")
        if len(spec.characters) == 1 and draw(spec).eyes:
            act, place = spec.acts[0], spec.places[0]
            assert (draw(spec).eyes[0][0] < place.x) == act.flip


def test_nobody_has_eyes_from_behind() -> None:
    assert draw(sample(3, view="from behind")).eyes == ()


def test_hats_and_ears_stay_in_the_picture() -> None:
    heads = {named_character(index).kind: named_character(index) for index in range(60)}
    for character, hat, framing in product(heads.values(), ACTS["hats"], ACTS["framings"]):
        fixed = {"hat": hat, "framing": framing, "style": "flat color"}
        spec = sample(0, QUIET, [character], prop=None, **fixed)
        assert not draw(spec, masks=True).masks[0][0].any(), (character.kind, hat, framing)


def test_feet_stand_in_the_picture() -> None:
    for seed in range(100):
        spec = sample(seed, framing="full body")
        for _, _, _, bottom in draw(spec).boxes:
            assert 0.85 < bottom <= 1.0


def test_a_figure_fills_the_picture() -> None:
    for framing, least in (("full body", 0.19), ("upper body", 0.26), ("close-up", 0.3)):
        radii = [
            sample(seed, QUIET, [named_character(seed)], framing=framing).places[0].radius
            for seed in range(100)
        ]
        assert min(radii) > least


def test_styles_differ() -> None:
    drawn = [draw(sample(5, style=style)).image.astype(int) for style in ACTS["styles"]]
    for index, one in enumerate(drawn):
        for other in drawn[index + 1 :]:
            assert np.abs(one - other).mean() > 1


def test_a_sheet_lays_pictures_out_in_rows() -> None:
    sheet = contact_sheet([sample(seed) for seed in range(5)], size=32, columns=3)
    assert sheet.shape == (64, 96, 3)
    assert (sheet[32:, 64:] == 255).all()
    assert (sheet[:32, :32] == draw(sample(0), 32).image).all()

"""Outside the mask nothing changes by a single bit; inside, only what shall be drawn is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Event, Warned
from castmates.core.types import Size
from castmates.drawing.inpaint import area_of, canvas_of, cells, soft
from castmates.drawing.painter import Painter
from castmates.drawing.shots import Start
from castmates.drawing.sources import Sources, digest_of
from castmates.families.base import Base
from tests.drawing.pictures import (
    MASK,
    PICTURE,
    SOURCES,
    apart,
    inpaint,
    masked,
    one,
    picture,
    shot,
    start,
)

NATIVE = Size(width=64, height=64)


@pytest.mark.parametrize("sampler", ["ddim", "euler a", "dpm++ 2m", "dpm++ sde", "heun", "unipc"])
@pytest.mark.parametrize("area", ["whole", "masked"])
def test_outside_the_mask_every_bit_stays(base: Base, sampler: str, area: str) -> None:
    begun = start(0.75, mask=inpaint(area=area, padding=4))
    result = one(base, shot(start=begun, sampler=sampler))
    assert result.shape == PICTURE.shape
    assert np.array_equal(result[~MASK], PICTURE[~MASK])
    assert (result != PICTURE).any(-1)[MASK].mean() > 0.8


def test_inside_it_is_drawn_at_full_strength_from_noise_alone(base: Base) -> None:
    both = [one(base, shot(start=start(1.0, mask=inpaint()), seed=i)) for i in (1, 2)]
    assert apart(*both) > 8
    assert np.array_equal(both[0][~MASK], both[1][~MASK])


def test_a_mask_that_is_white_all_over_is_no_mask(base: Base) -> None:
    white = np.ones_like(MASK)
    sources = replace(SOURCES, masks={digest_of(white): white})
    covered = inpaint(picture=digest_of(white), blur=0)
    for strength in (0.0, 0.5, 1.0):
        whole = one(base, shot(start=start(strength, mask=covered)), sources)
        assert np.array_equal(whole, one(base, shot(start=start(strength))))


def test_strength_zero_puts_the_round_trip_into_the_mask(base: Base) -> None:
    result = one(base, shot(start=start(0.0, mask=inpaint(blur=0))))
    [wanted] = base.decode(base.encode_pictures([PICTURE]))
    assert np.array_equal(result[MASK], wanted[MASK])
    assert np.array_equal(result[~MASK], PICTURE[~MASK])


def test_what_is_kept_is_kept_in_the_latents_too(
    base: Base, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The estimate of the picture is the original there at every step, so the last state is it."""
    states: list[torch.Tensor] = []
    decode = base.decode
    monkeypatch.setattr(base, "decode", lambda latents: states.append(latents) or decode(latents))
    one(base, shot(start=start(0.75, mask=inpaint())))
    original = base.encode_pictures([PICTURE])[0]
    drawn = cells(MASK, (8, 8))
    torch.testing.assert_close(states[0][0][:, ~drawn], original[:, ~drawn])
    assert (states[0][0][:, drawn] - original[:, drawn]).abs().mean() > 0.05


def test_only_the_masks_area_is_drawn_at_full_size_and_pasted_back(base: Base) -> None:
    large, mask = picture(200, 120), np.zeros((120, 200), np.bool_)
    mask[30:50, 100:130] = True
    sources = Sources({digest_of(large): large}, {digest_of(mask): mask})
    where = inpaint(picture=digest_of(mask), area="masked", padding=8)
    begun = Start(picture=digest_of(large), strength=0.75, mask=where)
    assert area_of(mask, 8, NATIVE) == (92, 17, 138, 63)
    result = one(base, shot(start=begun), sources)
    assert result.shape == large.shape
    assert np.array_equal(result[~mask], large[~mask])
    assert (result != large).any(-1)[mask].mean() > 0.8


@pytest.mark.parametrize(
    ("box", "padding", "area"),
    [
        ((10, 10, 20, 30), 0, (5, 10, 25, 30)),
        ((0, 0, 4, 4), 10, (0, 0, 14, 14)),
        ((90, 50, 100, 60), 5, (85, 45, 100, 60)),
        ((0, 20, 100, 40), 0, (0, 0, 100, 60)),
    ],
)
def test_the_area_has_the_shape_that_is_drawn_as_far_as_the_picture_goes(
    box: tuple[int, int, int, int], padding: int, area: tuple[int, int, int, int]
) -> None:
    mask = np.zeros((60, 100), np.bool_)
    mask[box[1] : box[3], box[0] : box[2]] = True
    assert area_of(mask, padding, NATIVE) == area


def test_the_soft_edge_lies_inside() -> None:
    mask = masked(100, 100)
    shares = soft(mask, 4.0)
    assert shares[~mask].max() == 0.0
    assert shares[45, 45] == pytest.approx(1.0, abs=0.01)
    row = shares[45, 25:45]
    assert (np.diff(row) >= 0).all()
    assert 0.0 < row[0] < 0.2
    assert np.array_equal(soft(mask, 0.0), mask.astype(np.float32))


def test_cells_are_drawn_where_half_of_them_is_masked() -> None:
    mask = np.zeros((64, 64), np.bool_)
    mask[8:12, 8:16] = True  # half of a cell
    mask[8:11, 16:24] = True  # less
    found = cells(mask, (8, 8))
    assert found.nonzero().tolist() == [[1, 1]]
    tiny = np.zeros((64, 64), np.bool_)
    tiny[30, 30] = True
    assert cells(tiny, (8, 8)).nonzero().tolist() == [[3, 3]]


def test_a_picture_of_another_size_is_fitted_with_its_mask(base: Base) -> None:
    wide, mask = picture(96, 64), masked(96, 64)
    sources = Sources({digest_of(wide): wide}, {digest_of(mask): mask})
    begun = Start(picture=digest_of(wide), mask=inpaint(picture=digest_of(mask)))
    canvas = canvas_of(begun, wide, mask, NATIVE)
    assert canvas.redrawn is not None
    result = one(base, shot(start=begun), sources)
    kept = ~canvas.redrawn
    assert np.array_equal(result[kept], canvas.pixels[kept])


def test_masks_that_do_not_fit_are_told_with_both_sizes(base: Base) -> None:
    small, black = masked(32, 48), np.zeros_like(MASK)
    masks = {digest_of(small): small, digest_of(black): black}
    painter = Painter(base, sources=replace(SOURCES, masks=masks))
    with pytest.raises(BadInput, match="The mask is 32x48, its picture 64x64"):
        painter.draw([shot(start=start(0.5, mask=inpaint(picture=digest_of(small))))])
    with pytest.raises(BadInput, match="black all over"):
        painter.draw([shot(start=start(0.5, mask=inpaint(picture=digest_of(black))))])
    with pytest.raises(Missing, match=r"mask \(xyz\) is not at hand. Give it: --mask FILE"):
        painter.draw([shot(start=start(0.5, mask=inpaint(picture="xyz")))])
    begun = Start(strength=1.0, mask=inpaint(picture=digest_of(small)))
    with pytest.raises(Missing, match="A mask wants the picture that it keeps"):
        painter.draw([shot(start=begun)])


def test_a_mask_that_its_blur_eats_is_told(base: Base) -> None:
    line = np.zeros_like(MASK)
    line[30:33] = True
    sources = replace(SOURCES, masks={digest_of(line): line})
    events: list[Event] = []
    begun = start(0.5, mask=inpaint(picture=digest_of(line), blur=4))
    Painter(base, sources=sources).draw([shot(start=begun)], events.append)
    [warned] = [event for event in events if isinstance(event, Warned)]
    assert "so narrow that a blur of 4 px" in warned.what

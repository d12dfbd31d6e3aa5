"""Windows over wide pictures: what they see and say adds up, and one of them is the plain base."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput
from castmates.core.types import AdapterUse, Shot, Size
from castmates.drawing.painter import Painter
from castmates.drawing.regional import Voice
from castmates.drawing.shots import Box, ExtendedShot, Region, Regions
from castmates.drawing.windows import are_covering, fading, windows_of
from castmates.families.base import Base

PIP, MOSS = AdapterUse(name="pip", strength=0.7), AdapterUse(name="moss", strength=0.5)
FIRST, SECOND = (0.0, 0.0, 0.4, 1.0), (0.6, 0.0, 1.0, 1.0)


def region(words: str, use: AdapterUse, box: Box) -> Region:
    return Region(words=words, adapters=(use,), box=box)


def scene(*regions: Region, width: int, words: str = "two", seed: int = 1) -> ExtendedShot:
    return ExtendedShot(
        words=words,
        seed=seed,
        size=Size(width=width, height=64),
        steps=3,
        guidance=3.0,
        places=Regions(regions=regions, blending="windows"),
    )


def drawn(base: Base, *shots: Shot) -> list[np.ndarray]:
    found = sorted(Painter(base, precise=True).draw(shots), key=lambda one: one.index)
    return [one.pixels.astype(int) for one in found]


def test_windows_stand_around_their_boxes_as_far_as_the_picture_reaches() -> None:
    assert windows_of([FIRST, SECOND], 26, 16) == ((0, 16), (10, 26))
    assert windows_of([(0.25, 0.0, 0.75, 1.0)], 12, 16) == ((0, 12),)
    assert are_covering(((0, 16), (10, 26)), 26)
    assert not are_covering(((0, 16), (18, 34)), 34)


def test_what_windows_say_adds_up_to_one_and_fades_to_their_edges() -> None:
    shares = fading(((0, 16), (10, 26)), 26)
    assert torch.equal(shares.sum(0), torch.ones(26))
    assert (shares[0, :10] == 1).all()
    assert (shares[0, 16:] == 0).all()
    falling = shares[0, 10:16]
    assert (falling[1:] < falling[:-1]).all()
    with pytest.raises(ValueError, match="leave out"):
        fading(((0, 8),), 9)


def test_what_is_seen_is_said_again_where_it_was_seen() -> None:
    x = torch.randn(4, 3, 26, generator=torch.Generator().manual_seed(0))
    windows = ((0, 16), (10, 26))
    areas = fading(windows, 26)[:, None].expand(-1, 3, -1)
    own = [
        Voice(torch.zeros(1, 1), area=area[None], window=window)
        for area, window in zip(areas, windows, strict=True)
    ]
    assert own[1].sees(x).shape == (4, 3, 16)
    assert torch.allclose(sum(one.says(one.sees(x)) for one in own), x, atol=1e-6)  # type: ignore[arg-type]


def test_one_window_over_all_is_the_plain_adapter(base: Base) -> None:
    native = base.facts.native_size
    shot = scene(region("a fox", PIP, (0.2, 0.0, 0.7, 1.0)), width=native)
    plain = Shot(words="a fox", seed=1, size=shot.size, steps=3, guidance=3.0, adapters=(PIP,))
    one, other = drawn(base, shot, plain)
    assert np.abs(one - other).max() <= 1


def test_a_wide_scene_is_the_same_alone_and_among_others(base: Base) -> None:
    width = base.facts.native_size * 3 // 2
    wide = scene(region("a fox", PIP, FIRST), region("a girl", MOSS, SECOND), width=width)
    other = scene(region("a girl " * 90, MOSS, FIRST), region("x", PIP, SECOND), width=width)
    plain = Shot(words="x", seed=3, size=wide.size, steps=3, guidance=3.0)
    together = drawn(base, wide, other, plain)
    alone = [drawn(base, one)[0] for one in (wide, other, plain)]
    assert all(np.abs(a - b).max() <= 1 for a, b in zip(together, alone, strict=True))
    assert together[0].shape == (64, width, 3)


def test_a_window_does_not_see_the_other_end(base: Base) -> None:
    """Latents do not; rescaled guidance and the decoder's norms read a little of all of it."""
    native = base.facts.native_size
    left = region("a fox", PIP, (0.0, 0.0, 0.5, 1.0))
    rights = [region(words, MOSS, (0.5, 0.0, 1.0, 1.0)) for words in ("a girl", "snow")]
    shots = [scene(left, right, width=2 * native) for right in rights]
    one, other = drawn(base, *(shot.model_copy(update={"guidance": 1.0}) for shot in shots))
    far = np.abs(one - other)
    assert 2 * far[:, : native // 2].mean() < far[:, native:].mean()


def test_windows_that_leave_parts_out_are_told_before(base: Base) -> None:
    native = base.facts.native_size
    with pytest.raises(BadInput, match=r"2 windows of .* leave out parts"):
        drawn(base, scene(region("a", PIP, FIRST), region("b", MOSS, SECOND), width=3 * native))

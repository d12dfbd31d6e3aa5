"""Between two seeds, and a seed at another size; the ends are exact."""

from __future__ import annotations

import numpy as np
import torch

from castmates.core.types import Size
from castmates.drawing.noise import noise
from castmates.drawing.shots import Variation
from castmates.drawing.variation import between, pasted, varied
from castmates.families.base import Base
from tests.drawing.pictures import apart, drawn, one, shot

SHAPE = (4, 8, 8)


def test_the_ends_are_the_seeds_themselves() -> None:
    first, other = noise(1, SHAPE), noise(2, SHAPE)
    assert torch.equal(between(first, other, 0.0), first)
    assert torch.equal(between(first, other, 1.0), other)
    torch.testing.assert_close(between(first, other, 0.3), between(other, first, 0.7))


def test_columns_turn_along_an_arc() -> None:
    """In the middle of a right angle both weigh 1/√2, and noise keeps its spread."""
    first, other = torch.zeros(1, 2, 3), torch.zeros(1, 2, 3)
    first[0, 0], other[0, 1] = 1.0, 1.0
    torch.testing.assert_close(between(first, other, 0.5), torch.full((1, 2, 3), 0.5**0.5))
    large = (4, 64, 64)
    mixed = between(noise(1, large), noise(2, large), 0.5)
    assert abs(float(mixed.std()) - 1.0) < 0.03


def test_parallel_columns_are_mixed_straight() -> None:
    first = noise(1, SHAPE)
    torch.testing.assert_close(between(first, first, 0.4), first)
    thin = noise(1, (4, 1, 8)), noise(2, (4, 1, 8))
    assert bool(between(*thin, 0.4).isfinite().all())


def test_pictures_at_both_ends_are_those_of_the_seeds(base: Base) -> None:
    plain = {"sampler": "euler"}
    none = one(base, shot(seed=1, variation=Variation(seed=2, strength=0.0), **plain))
    assert np.array_equal(none, one(base, shot(seed=1, **plain)))
    full = one(base, shot(seed=1, variation=Variation(seed=2, strength=1.0), **plain))
    assert np.array_equal(full, one(base, shot(seed=2, **plain)))


def test_a_small_share_is_a_picture_nearby(base: Base) -> None:
    shares = (0.0, 0.1, 0.5, 1.0)
    shots = [shot(sampler="euler", variation=Variation(seed=3, strength=s)) for s in shares]
    none, little, half, full = (p.astype(float) for p in drawn(base, shots))
    distances = [np.square(each - none).mean() for each in (little, half, full)]
    assert distances == sorted(distances)
    assert distances[0] > 0.0


def test_a_seed_of_another_size_stands_in_the_middle() -> None:
    small, large = torch.ones(1, 2, 4), torch.zeros(1, 6, 6)
    assert pasted(small, large)[0, 2:4, 1:5].sum() == 8.0
    assert pasted(small, large).sum() == 8.0
    assert torch.equal(pasted(large, small), torch.zeros(1, 2, 4))
    resized = Variation(resize_from=Size(width=64, height=64))
    found = varied(noise(5, (4, 12, 8)), 5, resized, "cpu", 8)
    assert torch.equal(found[:, 2:10], noise(5, SHAPE))
    assert torch.equal(found[:, :2], noise(5, (4, 12, 8))[:, :2])


def test_the_size_of_the_seed_changes_the_picture(base: Base) -> None:
    tall = {"size": "64x96", "seed": 5}
    resized = shot(variation=Variation(resize_from=Size(width=64, height=64)), **tall)
    plain, again = one(base, shot(**tall)), one(base, resized)
    assert apart(plain, again) > 2
    same = shot(variation=Variation(resize_from=Size(width=64, height=96)), **tall)
    assert np.array_equal(one(base, same), plain)

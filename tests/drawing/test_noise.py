"""A seed is the same noise everywhere, and a picture's path is a Brownian motion."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
import torch
from torch import Tensor

from castmates.drawing.brownian import Path
from castmates.drawing.noise import Paths, Streams, noise
from castmates.drawing.philox import normals
from castmates.drawing.samplers import SAMPLERS, read
from castmates.drawing.schedule import Level
from tests.drawing.gaussian import grid


@pytest.mark.parametrize(
    ("seed", "draw", "first"),
    [
        (0, 0, [-0.9247, -0.4253, -2.6438, 0.1452, -0.1209]),
        (0, 1, [0.1808, -0.5523, 0.9238]),
        (42, 0, [0.1940, 2.1614, -0.1721]),
        (2**32 + 1, 0, [0.8549, -0.1142, -1.0718]),
    ],
)
def test_a_graphics_cards_numbers(seed: int, draw: int, first: list[float]) -> None:
    found = normals(seed, (4, 8, 8), draw)
    assert found.dtype == np.float32
    assert found.reshape(-1)[: len(first)] == pytest.approx(first, abs=1e-4)


def test_streams_take_numbers_from_where_each_picture_wants_them() -> None:
    shape = (4, 8, 8)
    rows = Streams([3, 3], shape, "cpu", ["cpu", "nv"])
    first, second = rows.draw(), rows.draw()
    assert torch.equal(first[0], noise(3, shape))
    assert torch.equal(first[1], noise(3, shape, "nv"))
    assert np.array_equal(second[1].numpy(), normals(3, shape, 1))
    assert float(noise(5, (4, 64, 64), "nv").std()) == pytest.approx(1.0, abs=0.02)


def test_changes_along_a_path_are_unit_and_independent() -> None:
    path = Path(7, (40_000,), 0.03, 14.6)
    places = [14.6, 4.8, 1.27, 0.25, 0.2499, 0.03]
    units = [path.unit(low, high) for high, low in pairwise(places)]
    for unit in units:
        assert float(unit.mean()) == pytest.approx(0.0, abs=0.02)
        assert float(unit.std()) == pytest.approx(1.0, abs=0.015)
    together = np.corrcoef(np.stack(units)) - np.eye(len(units))
    assert np.abs(together).max() < 0.02


def test_a_path_is_one_path_however_it_is_walked() -> None:
    """Changes add up: over a whole and its halves, in any order, asked once or again."""
    path, other = Path(7, (100,), 0.0, 10.0), Path(7, (100,), 0.0, 10.0)
    whole = path.unit(1.0, 9.0) * math.sqrt(8.0)
    halves = [other.unit(1.0, 4.0) * math.sqrt(3.0), other.unit(4.0, 9.0) * math.sqrt(5.0)]
    assert np.allclose(whole, halves[0] + halves[1], atol=1e-4)
    assert np.array_equal(other.unit(1.0, 9.0), path.unit(1.0, 9.0))
    assert not np.allclose(Path(8, (100,), 0.0, 10.0).unit(1.0, 9.0), path.unit(1.0, 9.0))
    assert np.isfinite(path.unit(3.0, 3.0)).all()


@pytest.mark.parametrize("zero_snr", [False, True])
@pytest.mark.parametrize("name", ["euler a", "dpm++ sde", "dpm++ 2m sde", "dpm++ 3m sde"])
def test_a_row_is_the_same_alone_and_in_a_batch(name: str, zero_snr: bool) -> None:
    sampler, shape = SAMPLERS.take(name), (4, 8, 8)
    schedule = sampler.schedule(grid(zero_snr), 6)

    def network(x: Tensor, level: Level) -> Tensor:
        return torch.sin(x * 1.3 + level.t / 400) + 0.3 * x.roll(1, dims=-1)

    def draw(seeds: list[int]) -> Tensor:
        streams = Streams(seeds, shape, "cpu")
        paths = Paths(seeds, shape, schedule, "cpu")
        fresh = paths.fresh if sampler.noise == "path" else streams.fresh
        start = sampler.start(streams.draw(), schedule)
        *_, drawn = sampler.walk(
            lambda x, level: read(network(x, level), x, level, "v_prediction"),
            start,
            schedule,
            fresh,
        )
        return drawn

    together, alone = draw([5, 6, 7]), draw([6])
    assert torch.equal(together[1:2], alone)
    assert not torch.allclose(together[0], together[1])

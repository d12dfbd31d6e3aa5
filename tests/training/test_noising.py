"""The noise of a visit: what each setting adds, and that it belongs to the visit alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from castmates.training.chance import normal
from castmates.training.noising import more_noise_of, noise_of, times_of
from castmates.training.recipe import Recipe

NAMES: list[tuple[object, ...]] = [("ab", 0), ("ab", 1), ("cd", 0)]
LATENTS = torch.full((3, 4, 16, 12), 0.5)


def noise(**settings: Any) -> Tensor:
    return noise_of(LATENTS, Recipe(**settings), NAMES)


def test_plain_noise_is_the_visits_own() -> None:
    wanted = torch.stack([normal((4, 16, 12), 0, "noise", *name) for name in NAMES])
    assert torch.equal(noise(), wanted)
    assert more_noise_of(LATENTS, Recipe(), NAMES) is None


def test_an_offset_is_one_number_for_each_channel() -> None:
    moved = noise(noise_offset=0.1) - noise()
    flat = moved.flatten(2)
    torch.testing.assert_close(flat, flat[..., :1].expand_as(flat), rtol=0, atol=1e-6)
    wanted = 0.1 * normal((4, 1, 1), 0, "offset", "ab", 1)
    torch.testing.assert_close(moved[1], wanted.expand(4, 16, 12), rtol=0, atol=1e-6)
    # The channels' means are 0.5: 0.1 + 0.2 x 0.5, and never below 0.
    adaptive = noise(noise_offset=0.1, adaptive_noise=0.2) - noise()
    torch.testing.assert_close(adaptive, 2 * moved, rtol=1e-4, atol=1e-6)
    assert torch.equal(noise(noise_offset=0.1, adaptive_noise=-1.0), noise())


def test_a_random_strength_lies_between_nothing_and_the_whole() -> None:
    whole = noise(noise_offset=0.1) - noise()
    part = noise(noise_offset=0.1, noise_offset_random=True) - noise()
    shares = (part / whole).flatten(1).median(dim=1).values
    assert len({round(float(share), 4) for share in shares}) == 3
    assert bool(((shares >= 0) & (shares < 1)).all())


def test_noise_of_several_sizes_keeps_its_deviation_and_becomes_coarser() -> None:
    found = noise(multires_iterations=6, multires_discount=0.8)
    torch.testing.assert_close(found.flatten(1).std(dim=1), torch.ones(3))

    def likeness(of: Tensor) -> float:
        """Of neighbours."""
        return float((of[..., 1:] * of[..., :-1]).mean() / of.square().mean())

    assert likeness(found) > likeness(noise()) + 0.1
    # Without a second size it is two plain noises, brought back to a deviation of 1.
    alone = noise(multires_iterations=1)
    assert abs(likeness(alone)) < 0.1


def test_what_the_pictures_get_besides_is_not_in_the_target() -> None:
    recipe = Recipe(ip_noise_gamma=0.1)
    more = more_noise_of(LATENTS, recipe, NAMES)
    assert more is not None
    assert torch.equal(noise_of(LATENTS, recipe, NAMES), noise())
    assert float(more.std()) == pytest.approx(0.1, rel=0.1)
    less = more_noise_of(LATENTS, Recipe(ip_noise_gamma=0.1, ip_noise_random=True), NAMES)
    assert less is not None
    assert 0 < float(less.std()) < float(more.std())


@pytest.mark.parametrize(
    "settings",
    [
        {"noise_offset": 0.1, "noise_offset_random": True, "adaptive_noise": 0.1},
        {"multires_iterations": 4},
        {"ip_noise_gamma": 0.1, "ip_noise_random": True},
    ],
)
def test_a_visit_has_the_same_noise_in_any_batch(settings: dict[str, Any]) -> None:
    recipe = Recipe(**settings)
    for made in (noise_of, more_noise_of):
        every, alone = made(LATENTS, recipe, NAMES), made(LATENTS[1:2], recipe, NAMES[1:2])
        if every is not None and alone is not None:
            assert torch.equal(every[1:2], alone)


def test_timesteps_keep_to_their_range() -> None:
    names = [("x", count) for count in range(400)]
    default = times_of(Recipe(), names, 1000)
    assert int(default.max()) >= 990 > 10 >= int(default.min())
    part = Recipe(timesteps="uniform", min_timestep=200, max_timestep=300)
    drawn = times_of(part, names, 1000)
    assert (int(drawn.min()), int(drawn.max())) in [(a, b) for a in (200, 201) for b in (298, 299)]
    assert sorted(drawn.tolist()) != drawn.tolist()
    single = Recipe(min_timestep=999)
    assert times_of(single, names[:2], 1000).tolist() == [999, 999]

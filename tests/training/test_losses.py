"""Distances and weights against numbers worked out by hand."""

from __future__ import annotations

from math import exp, log, sqrt
from typing import Any

import pytest
import torch
from torch import Tensor

from castmates.training.losses import Seen, bend, distance, loss_of
from castmates.training.objective import Prediction
from castmates.training.recipe import Recipe

A = torch.tensor([0.95])
"""SNR 19, sigma sqrt(1 / 19)."""


def loss(
    a: Tensor = A, t: int = 100, kind: Prediction = "epsilon", by: float = 2.0, **settings: Any
) -> float:
    """Of a picture whose every number is `by` away from its target."""
    wanted, said = torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), by)
    seen = Seen(torch.tensor([t]), a)
    return loss_of(said, wanted, seen, kind, Recipe(**settings)).item()


def test_min_snr_weighs_as_the_paper_says() -> None:
    assert loss() == pytest.approx(4.0)
    assert loss(min_snr_gamma=5.0) == pytest.approx(4 * 5 / 19, rel=1e-5)
    assert loss(kind="v_prediction", min_snr_gamma=5.0) == pytest.approx(1.0, rel=1e-5)


def test_debiased_weighs_by_the_root_of_the_snr() -> None:
    assert loss(debiased=True) == pytest.approx(4 / sqrt(19), rel=1e-5)
    assert loss(debiased=True, kind="v_prediction") == pytest.approx(4 / 20, rel=1e-5)
    # SNR 1e4 counts as 1000.
    assert loss(torch.tensor([0.9999]), debiased=True) == pytest.approx(4 / sqrt(1000), rel=1e-3)


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
@pytest.mark.parametrize(
    "settings",
    [{}, {"min_snr_gamma": 5.0}, {"debiased": True}, {"loss": "huber"}, {"loss": "smooth_l1"}],
)
def test_everything_stays_finite_and_small_at_zero_terminal_snr(
    kind: Prediction, settings: dict[str, Any]
) -> None:
    assert 0 <= loss(torch.tensor([0.0]), 999, kind, **settings) < 200


def test_huber_and_smooth_l1_by_hand() -> None:
    """d = 3, c = 4: sqrt(9 + 16) - 4 = 1."""
    bent = {"huber_schedule": "constant", "huber_c": 2.0, "huber_scale": 2.0, "by": 3.0}
    assert loss(loss="huber", **bent) == pytest.approx(8.0)
    assert loss(loss="smooth_l1", **bent) == pytest.approx(2.0)
    assert loss(loss="l1", by=-3.0) == 3.0
    assert loss(loss="l2", by=-3.0) == 9.0


def test_the_bend_moves_with_the_noise() -> None:
    seen = Seen(torch.tensor([0, 500, 1000]), torch.tensor([1 - 1e-7, 0.5, 1e-7]))
    constant = Recipe(loss="huber", huber_schedule="constant", huber_c=0.2, huber_scale=3.0)
    assert bend(seen, constant).tolist() == pytest.approx([0.6, 0.6, 0.6])
    exponential = Recipe(loss="huber", huber_schedule="exponential", huber_c=0.2, huber_scale=3.0)
    half = 3 * exp(500 * log(0.2) / 1000)
    assert bend(seen, exponential).tolist() == pytest.approx([3.0, half, 0.6])
    # sigma 0, 1 and very large: from 1 through (1 - c) / 4 + c to c.
    snr = Recipe(loss="huber", huber_schedule="snr", huber_c=0.2, huber_scale=3.0)
    assert bend(seen, snr).tolist() == pytest.approx([1.0, 0.8 / 4 + 0.2, 0.2], rel=1e-2)


@pytest.mark.parametrize("schedule", ["snr", "exponential", "constant"])
def test_huber_is_l2_near_0_and_grows_in_a_line(schedule: Any) -> None:
    recipe = Recipe(loss="huber", huber_schedule=schedule)
    seen = Seen(torch.tensor([400]), torch.tensor([0.5]))
    c = float(bend(seen, recipe))
    near, far = torch.full((1, 1, 1, 1), 0.02 * c), torch.full((1, 1, 1, 1), 1000 * c)
    assert float(distance(near, seen, recipe) / near**2) == pytest.approx(1.0, rel=1e-2)
    assert float(distance(far, seen, recipe) / (2 * c * far)) == pytest.approx(1.0, rel=1e-2)


def test_mask_first_then_the_picture_then_the_batch() -> None:
    """Two pictures 1 and 2 away; half of the first is masked, the second weighs a half."""
    said = torch.ones(2, 3, 2, 2) * torch.tensor([1.0, 2.0]).view(2, 1, 1, 1)
    mask = torch.ones(2, 1, 2, 2)
    mask[0, 0, 0] = 0
    seen = Seen(torch.tensor([5, 5]), torch.tensor([0.5, 0.5]), torch.tensor([1.0, 0.5]), mask)
    found = loss_of(said, torch.zeros_like(said), seen, "epsilon", Recipe())
    assert found.item() == pytest.approx((0.5 * 1 + 0.5 * 4) / 2)
    plain = Seen(seen.t, seen.a, torch.ones(2), torch.ones(2, 1, 2, 2))
    one = loss_of(said, torch.zeros_like(said), plain, "epsilon", Recipe())
    other = loss_of(said, torch.zeros_like(said), Seen(seen.t, seen.a), "epsilon", Recipe())
    assert torch.equal(one, other)

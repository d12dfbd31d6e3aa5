"""Timesteps, targets and weights against what they should be on paper."""

from __future__ import annotations

import pytest
import torch

from castmates.core.units import steps
from castmates.training.chance import normal
from castmates.training.objective import Prediction, loss_of, noised, stratified, target
from castmates.training.recipe import Recipe
from castmates.training.schedule import rate_factor
from castmates.training.seeding import seed_of


def test_every_batch_has_one_timestep_in_each_stratum() -> None:
    t = stratified([0.0, 0.5, 0.999, 0.25], 1000)
    assert t.tolist() == [0, 375, 749, 812]
    assert stratified([1.0 - 1e-12], 1000).tolist() == [999]


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_the_picture_can_be_had_back_from_the_target(prediction: Prediction) -> None:
    x, e = normal((2, 4, 8, 8), 1, "x"), normal((2, 4, 8, 8), 1, "e")
    a = torch.tensor([0.9, 0.3])
    k = a.view(-1, 1, 1, 1)
    noisy, said = noised(x, e, a), target(x, e, a, prediction)
    if prediction == "epsilon":
        back = (noisy - (1 - k).sqrt() * said) / k.sqrt()
    else:
        back = k.sqrt() * noisy - (1 - k).sqrt() * said
    torch.testing.assert_close(back, x, atol=1e-5, rtol=1e-5)


def test_min_snr_weighs_as_the_paper_says() -> None:
    wanted, said = torch.zeros(1, 1, 2, 2), torch.full((1, 1, 2, 2), 2.0)
    a = torch.tensor([0.95])  # SNR 19
    assert loss_of(said, wanted, a, "epsilon", None).item() == pytest.approx(4.0)
    assert loss_of(said, wanted, a, "epsilon", 5.0).item() == pytest.approx(4 * 5 / 19, rel=1e-5)
    assert loss_of(said, wanted, a, "v_prediction", 5.0).item() == pytest.approx(1.0, rel=1e-5)


@pytest.mark.parametrize("prediction", ["epsilon", "v_prediction"])
def test_weights_stay_finite_at_zero_terminal_snr(prediction: Prediction) -> None:
    said, wanted = torch.ones(1, 1, 2, 2), torch.zeros(1, 1, 2, 2)
    assert torch.isfinite(loss_of(said, wanted, torch.tensor([0.0]), prediction, 5.0))


def test_noise_belongs_to_the_visit_and_not_to_the_batch() -> None:
    assert torch.equal(normal((3, 2), 5, "noise", "ab", 1), normal((3, 2), 5, "noise", "ab", 1))
    assert not torch.equal(normal((3, 2), 5, "noise", "ab", 1), normal((3, 2), 5, "noise", "ab", 2))
    assert 0 <= seed_of(2**62, "noise") < 2**63


def test_the_rate_warms_up_and_falls_to_its_floor() -> None:
    recipe = Recipe(warmup=steps(10), rate_floor=0.1)
    factors = [rate_factor(recipe, step, 100, 10) for step in range(100)]
    assert factors[0] == pytest.approx(0.1, abs=0.01)
    assert factors[-1] == pytest.approx(0.1)
    assert max(factors) == factors[9]
    constant = Recipe(schedule="constant")
    assert {rate_factor(constant, step, 100, 10) for step in range(100)} == {1.0}

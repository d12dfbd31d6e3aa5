"""Timesteps and targets against what they should be on paper."""

from __future__ import annotations

import pytest
import torch

from castmates.training.chance import normal
from castmates.training.objective import Prediction, noised, placed, stratified, target
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


def test_timesteps_can_be_drawn_from_a_range() -> None:
    assert placed([0.0, 0.5, 1 - 1e-12], 1000).tolist() == [0, 500, 999]
    assert placed([0.0, 0.5, 1 - 1e-12], 600, 200).tolist() == [200, 400, 599]
    assert stratified([0.0, 0.5], 600, 200).tolist() == [200, 500]


def test_noise_belongs_to_the_visit_and_not_to_the_batch() -> None:
    assert torch.equal(normal((3, 2), 5, "noise", "ab", 1), normal((3, 2), 5, "noise", "ab", 1))
    assert not torch.equal(normal((3, 2), 5, "noise", "ab", 1), normal((3, 2), 5, "noise", "ab", 2))
    assert 0 <= seed_of(2**62, "noise") < 2**63

"""The fold is exact; the losses see what they should."""

from __future__ import annotations

import numpy as np
import torch

from storybook.train.losses import eye_weight, opponent, reconstruction
from storybook.train.networks import build_vae
from storybook.train.settings import VaeSettings
from storybook.train.vae import fold, to_pixels, to_tensor


def test_folding_gives_unit_latents_and_the_same_pictures() -> None:
    torch.manual_seed(0)
    vae = build_vae(VaeSettings(channels=(8, 16, 16, 16))).eval().requires_grad_(False)
    pictures = torch.rand(6, 3, 32, 32) * 2 - 1
    before = vae.encode(pictures).latent_dist
    decoded = vae.decode(before.mean).sample
    deviation = before.mean.std((0, 2, 3))
    fold(vae, before.mean.mean((0, 2, 3)), deviation)
    after = vae.encode(pictures).latent_dist
    assert torch.allclose(after.mean.mean((0, 2, 3)), torch.zeros(8), atol=1e-4)
    assert torch.allclose(after.mean.std((0, 2, 3)), torch.ones(8), atol=1e-4)
    assert torch.allclose(after.std, before.std / deviation.view(1, -1, 1, 1), rtol=1e-4)
    assert torch.allclose(vae.decode(after.mean).sample, decoded, atol=1e-4)


def test_pictures_survive_the_way_to_tensors_and_back() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 8, 8, 3)).astype(np.uint8)
    assert np.array_equal(to_pixels(to_tensor(pictures)), pictures)


def test_the_right_picture_has_no_loss_and_grey_for_green_has_much() -> None:
    green = torch.tensor([-0.6, 0.4, -0.6]).view(1, 3, 1, 1).expand(1, 3, 32, 32)
    nothing = torch.zeros(1, 1, 32, 32)
    assert float(reconstruction(green, green, nothing)) == 0
    grey = green.mean(1, keepdim=True).expand_as(green)
    darker = green - (green - grey).abs().mean()
    assert float(reconstruction(grey, green, nothing)) > 2 * float(
        reconstruction(darker, green, nothing)
    )


def test_a_change_of_light_is_no_change_of_hue() -> None:
    assert float(opponent(torch.full((1, 3, 4, 4), 0.3)).abs().max()) < 1e-6


def test_eyes_weigh_where_they_are() -> None:
    eyes = np.array([[0.5, 0.25, 0.05], [-1, -1, -1]], np.float32)
    weight = eye_weight(eyes, 100, (0, 20), 60, 3.0)
    assert np.unravel_index(weight.argmax(), weight.shape) == (25, 30)
    assert weight.max() == 3.0
    assert weight[50, 50] < 0.01

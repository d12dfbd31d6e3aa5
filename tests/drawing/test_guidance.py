"""Guidance against the papers' formulas."""

from __future__ import annotations

import torch
from diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion import rescale_noise_cfg

from castmates.drawing.guidance import guided

NUMBERS = torch.Generator().manual_seed(0)
TOWARDS, AWAY = torch.randn(2, 3, 4, 8, 8, generator=NUMBERS)
SCALE = torch.tensor([1.0, 3.0, 9.0])


def test_each_row_has_its_own_scale() -> None:
    together = guided(TOWARDS, AWAY, SCALE)
    for i, scale in enumerate(SCALE):
        torch.testing.assert_close(together[i], AWAY[i] + scale * (TOWARDS[i] - AWAY[i]))


def test_one_is_the_words_and_zero_the_negative_words() -> None:
    torch.testing.assert_close(guided(TOWARDS, AWAY, torch.ones(3)), TOWARDS)
    assert torch.equal(guided(TOWARDS, AWAY, torch.zeros(3)), AWAY)


def test_rescale_equals_diffusers() -> None:
    plain = guided(TOWARDS, AWAY, SCALE)
    theirs = rescale_noise_cfg(plain, TOWARDS, guidance_rescale=0.7)
    torch.testing.assert_close(guided(TOWARDS, AWAY, SCALE, rescale=0.7), theirs)


def test_full_rescale_has_the_spread_of_the_words() -> None:
    drawn_back = guided(TOWARDS, AWAY, SCALE, rescale=1.0)
    torch.testing.assert_close(drawn_back.std(dim=(1, 2, 3)), TOWARDS.std(dim=(1, 2, 3)))


def test_nothing_to_rescale_stays_nothing() -> None:
    nothing = torch.zeros(1, 4, 2, 2)
    assert torch.equal(guided(nothing, nothing, torch.ones(1) * 5, rescale=0.7), nothing)

"""The decoder is polished on what the base draws; what the encoder says stays to the bit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from castmates.core.events import Event, Measured, silent
from storybook.train.base import BaseSettings, train_base
from storybook.train.data import render
from storybook.train.polish import DrawnOver, PolishSettings, polish_decoder
from storybook.train.settings import Budget, Job, Pictures, Rate
from storybook.train.ship import read_base
from storybook.train.vae import to_pixels


def test_a_crop_of_latents_belongs_to_its_crop_of_the_picture(job: Job) -> None:
    drawn = render(Pictures(count=3, size=64), job.work, 1, silent)
    marks = drawn.images[:, ::8, ::8, 0].astype(np.float16)[:, None]
    over = DrawnOver(drawn, marks)
    codes, pictures, weights = over.batch(6, 32, 3.0, torch.Generator().manual_seed(1))
    assert codes.shape == (6, 1, 4, 4)
    assert weights.shape == (6, 1, 32, 32)
    seen = torch.from_numpy(to_pixels(pictures)[:, ::8, ::8, 0].astype(np.float32))
    assert torch.equal(codes[:, 0], seen)


def test_without_a_base_nothing_can_be_drawn_over(job: Job, tiny: BaseSettings) -> None:
    with pytest.raises(FileNotFoundError, match="no base"):
        polish_decoder(None, tiny.vae, PolishSettings(Pictures(count=4)), job, silent)


@pytest.mark.slow
def test_the_decoder_learns_and_the_encoder_stays(job: Job, tiny: BaseSettings) -> None:
    assert train_base(job, tiny, silent)
    vae = read_base(job.embedded / "base")["vae"]
    kept = {k: v.clone() for k, v in vae.state_dict().items()}
    heard: list[Event] = []
    polish = PolishSettings(Pictures(count=16), held_out=8, rate=Rate(peak=2e-3, warmup=1))
    longer = replace(job, budget=Budget(steps=30))
    stretch = polish_decoder(vae, tiny.vae, polish, longer, heard.append)
    assert stretch.after < stretch.before
    assert sum(isinstance(event, Measured) for event in heard) == 4
    for name, tensor in vae.state_dict().items():
        same = torch.equal(tensor, kept[name])
        assert same == name.startswith(("encoder.", "quant_conv.")), name

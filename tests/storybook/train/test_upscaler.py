"""The upscaler's pairs, its start, its figures, and the rule by which it is replaced."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import safetensors.torch as safe
import torch
from torch.nn import functional

from castmates.backends.esrgan_upscaler import EsrganUpscaler
from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.core.events import Event, Measured, Warned
from storybook.train.loop import STOP
from storybook.train.networks import build_vae
from storybook.train.settings import Budget, Job, Rate, VaeSettings
from storybook.train.upscaler import begin_as_nearest, loss_of, train_upscaler
from storybook.train.upscaler_card import fidelity_of, lanczos
from storybook.train.upscaler_pairs import UpscalerSettings, pairs_of, spec_of

TINY = UpscalerSettings(
    sizes=RrdbSizes(features=8, growth=4, blocks=1),
    count=8,
    check=3,
    side=128,
    crop=16,
    batch=4,
    through_vae=0.0,
    plain=1.0,
    rate=Rate(peak=5e-3, warmup=5),
)


def silent(event: Event) -> None:
    pass


def shipped(job: Job) -> Path:
    return job.embedded / "upscaler" / "upscaler.safetensors"


def test_the_shipped_size() -> None:
    count = sum(p.numel() for p in RrdbNet(UpscalerSettings().sizes).parameters())
    assert 500_000 < count < 700_000
    assert count * 2 < 1_450_000


def test_a_new_network_repeats_pixels() -> None:
    torch.manual_seed(0)
    network = RrdbNet(TINY.sizes)
    begin_as_nearest(network)
    pictures = torch.rand(2, 3, 8, 9)
    with torch.no_grad():
        made = network(pictures)
    assert torch.allclose(made, functional.interpolate(pictures, scale_factor=4), atol=1e-6)
    assert float(loss_of(pictures, pictures)) == pytest.approx(1e-3, abs=1e-6)


def test_specs_have_one_to_four_characters_and_strange_looks() -> None:
    specs = [spec_of(seed) for seed in range(80)]
    assert {len(spec.characters) for spec in specs} == {1, 2, 3, 4}
    assert any(one.hair_second or one.pattern for spec in specs for one in spec.characters)


def test_plain_pairs_are_averages_and_are_drawn_once(job: Job) -> None:
    pairs = pairs_of(5, 4, TINY, job, silent)
    means = pairs.large.reshape(4, 32, 4, 32, 4, 3).astype(float).mean((2, 4))
    assert np.abs(pairs.small - means).max() <= 0.51
    assert (pairs.eyes[..., 2] > 0).any()
    told: list[Event] = []
    again = pairs_of(5, 4, TINY, job, told.append)
    assert np.array_equal(again.small, pairs.small)
    assert not told


def test_pairs_go_through_the_vae_or_are_softened(job: Job) -> None:
    soiled = replace(TINY, through_vae=1.0, plain=0.0)
    plain, soft = pairs_of(5, 4, TINY, job, silent), pairs_of(5, 4, soiled, job, silent)
    assert 0 < np.abs(plain.small - soft.small.astype(float)).mean() < 30
    torch.manual_seed(0)
    build_vae(VaeSettings(channels=(8, 16, 16, 16))).save_pretrained(job.work / "vae")
    through = pairs_of(5, 4, soiled, job, silent)
    assert np.array_equal(through.large, plain.large)
    # An untrained VAE returns a picture of its own.
    assert np.abs(through.small - plain.small.astype(float)).mean() > 30


def test_figures_by_hand() -> None:
    drawn = np.zeros((1, 32, 32, 3), np.uint8)
    drawn[:, :, 16:] = 200
    made = drawn + np.uint8(5)
    far = made.copy()
    far[:, :, 12:20] = drawn[:, :, 12:20]
    wanted = 20 * np.log10(255 / 5)
    assert fidelity_of(made, drawn).psnr == pytest.approx(wanted)
    assert fidelity_of(made, drawn).edge_psnr == pytest.approx(wanted)
    assert fidelity_of(far, drawn).edge_psnr > wanted + 20
    assert lanczos(drawn[0], 4).shape == (128, 128, 3)


@pytest.mark.slow
def test_steps_help_and_a_worse_one_is_not_shipped(job: Job) -> None:
    long = replace(job, budget=Budget(steps=120))
    assert train_upscaler(long, TINY, silent)
    folder = shipped(job).parent
    card = tomllib.loads((folder / "card.toml").read_text(encoding="utf-8"))
    pairs = pairs_of(95_000_000, TINY.check, TINY, job, silent)
    nearest = fidelity_of((one.repeat(4, 0).repeat(4, 1) for one in pairs.small), pairs.large)
    assert card["psnr"] > nearest.psnr + 0.1
    assert card["edge_psnr"] > nearest.edge_psnr + 0.1
    assert (card["factor"], card["samples"], card["may_sell"]) == (4, 480, True)
    assert EsrganUpscaler(shipped(job), "cpu").factor == 4
    assert (folder / "sheet.png").stat().st_size < 300_000
    text = (folder / "README.md").read_text(encoding="utf-8")
    for word in ("Apache-2.0", "samples", "Limits", "python -m storybook.train"):
        assert word in text
    before, told = shipped(job).read_bytes(), list[Event]()
    fresh = replace(job, work=job.work / "b", from_scratch=True)
    assert not train_upscaler(fresh, TINY, told.append)
    assert shipped(job).read_bytes() == before
    assert any(isinstance(event, Warned) for event in told)
    assert any(isinstance(e, Measured) and "shipped upscaler" in e.name for e in told)


def test_a_stopped_training_goes_on_as_if_it_had_not_been(job: Job, tmp_path: Path) -> None:
    once = replace(job, budget=Budget(steps=6))
    train_upscaler(once, TINY, silent)
    twice = replace(once, work=tmp_path / "w", embedded=tmp_path / "e")
    STOP.set()
    try:
        with pytest.raises(KeyboardInterrupt):
            train_upscaler(twice, TINY, silent)
    finally:
        STOP.clear()
    train_upscaler(twice, TINY, silent)
    one, other = safe.load_file(shipped(once)), safe.load_file(shipped(twice))
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.slow
def test_a_shipped_network_of_these_sizes_is_the_start(job: Job) -> None:
    train_upscaler(replace(job, budget=Budget(steps=30)), TINY, silent)
    before = safe.load_file(shipped(job))
    still = replace(TINY, rate=Rate(peak=0.0))
    more = replace(job, work=job.work / "b", budget=Budget(steps=1))
    assert train_upscaler(more, still, silent)
    after = safe.load_file(shipped(job))
    assert all(torch.equal(before[name], after[name]) for name in before)

"""From nothing to a pipeline that diffusers loads, and on from there; worse weights stay out."""

from __future__ import annotations

import json
import shutil
import warnings
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.core.events import Event, Measured, Warned, silent
from storybook.train import base
from storybook.train.__main__ import base_settings
from storybook.train.base import BaseSettings, better, pictures_for, train_base
from storybook.train.curve import Curve, Point, read_curve
from storybook.train.data import folder_of, framed
from storybook.train.diffusion import kept_signal, noised, stratified
from storybook.train.loop import Totals
from storybook.train.networks import build_unet, ready_unet
from storybook.train.redraw import redrawn
from storybook.train.settings import Budget, Job, Machine, Pictures
from storybook.train.unet import Stretch


def test_the_promotion_rule() -> None:
    assert better(Stretch(0.5, 0.5, Totals()))
    assert better(Stretch(0.5, 0.4, Totals()))
    assert not better(Stretch(0.4, 0.5, Totals()))


def test_short_budgets_render_what_they_can_afford(tmp_path: Path) -> None:
    assert pictures_for(Budget(minutes=5), Pictures(), tmp_path).count == 4000
    assert pictures_for(Budget(minutes=60), Pictures(), tmp_path).count == 24_000
    assert pictures_for(Budget(minutes=0.1), Pictures(), tmp_path).count == 1024
    folder = folder_of(Pictures(), tmp_path)
    folder.mkdir(parents=True)
    (folder / "done.txt").write_text("24000")
    assert pictures_for(Budget(minutes=0.1), Pictures(), tmp_path).count == 24_000


def test_a_rate_that_is_asked_for_holds_for_fresh_and_warm_weights() -> None:
    assert base_settings(None) == BaseSettings()
    asked = base_settings(2e-3).unet
    assert (asked.rate.peak, asked.warm_peak) == (2e-3, 2e-3)


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="compiling needs a C++ compiler")
def test_a_compiled_network_says_the_same(tiny: BaseSettings) -> None:
    unet = ready_unet(build_unet(tiny.unet, 8, 32), Machine()).eval()
    told = (torch.randn(2, 8, 16, 16), torch.tensor([10, 900]), torch.randn(2, 77, 32))
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        compiled = torch.compile(unet)(*told).sample
        assert torch.allclose(compiled, unet(*told).sample, atol=1e-4)


def test_the_last_timestep_is_noise_alone_and_v_gives_the_latents_back() -> None:
    kept = kept_signal()
    assert float(kept[-1]) == 0
    latents, noise = torch.randn(3, 8, 4, 4), torch.randn(3, 8, 4, 4)
    times = torch.tensor([0, 500, 999])
    mixed, velocity = noised(latents, noise, kept[times])
    share = kept[times].view(-1, 1, 1, 1)
    back = share.sqrt() * mixed - (1 - share).sqrt() * velocity
    assert torch.allclose(back, latents, atol=1e-5)


def test_timesteps_fall_into_every_stretch() -> None:
    times = stratified(10, torch.Generator().manual_seed(0))
    assert sorted((times // 100).tolist()) == list(range(10))


def test_a_curve_is_read_as_written(tmp_path: Path) -> None:
    curve = Curve([], tmp_path / "log.jsonl")
    curve.add(Point(10, 0.5, 0.9))
    curve.add(Point(10, 0.5, 0.8))
    curve.add(Point(20, 1.0, 0.7))
    (tmp_path / "curve.json").write_text(curve.to_json())
    assert read_curve(tmp_path / "curve.json").points == curve.points
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 2
    assert read_curve(tmp_path / "none.json").last is None


def test_a_stopped_stretch_is_caught_up_from_the_log(tmp_path: Path) -> None:
    log = tmp_path / "log.jsonl"
    stopped = Curve([Point(10, 0.5, 0.9)], log)
    for samples in (20, 30, 40):
        stopped.add(Point(samples, samples / 20, 0.8))
    again = Curve([Point(10, 0.5, 0.9)], log)
    again.catch_up(30)
    assert [point.samples for point in again.points] == [10, 20, 30]


@pytest.mark.slow
def test_from_nothing_to_a_pipeline_and_on(job: Job, tiny: BaseSettings) -> None:
    from diffusers import StableDiffusionPipeline

    assert train_base(job, tiny, silent)
    folder = job.embedded / "base"
    for name in ("castmates.toml", "README.md", "sheet.png", "curve.json"):
        assert (folder / name).stat().st_size > 0
    for name in ("vocab.json", "merges.txt"):
        assert (folder / "tokenizer" / name).exists()
    for path in folder.rglob("*.json"):
        assert str(job.work) not in path.read_text(encoding="utf-8")
    pipeline = StableDiffusionPipeline.from_pretrained(folder).to(torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    drawn = pipeline("1fox, solo", num_inference_steps=2, height=64, width=64, output_type="np")
    assert drawn.images.shape == (1, 64, 64, 3)
    samples = json.loads((folder / "curve.json").read_text())["points"][-1]["samples"]
    events: list[Event] = []
    fresh = replace(job, work=job.work / "fresh")
    train_base(fresh, tiny, events.append)
    names = [event.name for event in events if isinstance(event, Measured)]
    assert {"held-out loss before", "held-out loss after"} <= set(names)
    last = json.loads((folder / "curve.json").read_text())["points"][-1]["samples"]
    assert last in (samples, samples + 8)


@pytest.mark.slow
def test_a_base_grows_into_more_of_the_world(job: Job, tiny: BaseSettings) -> None:
    train_base(job, tiny, silent)
    unet = replace(tiny.unet, grown_held_out=8)
    grown = replace(job, work=job.work / "grown", grown=Pictures(24, 20_000_000, widths="grown"))
    events: list[Event] = []
    train_base(grown, replace(tiny, unet=unet), events.append)
    told = {event.name: event.value for event in events if isinstance(event, Measured)}
    assert "held-out loss after, grown world" in told


def test_the_grown_world_holds_what_tags_say_and_no_jitter() -> None:
    specs = [framed(20_000_000 + i, "grown") for i in range(200)]
    assert {len(spec.characters) for spec in specs} == {1, 2, 3}
    assert {"watercolor", "sketch"} <= {spec.style for spec in specs}
    assert {"from above", "three-quarter view"} <= {a.view for s in specs for a in s.acts}
    assert not any(act.flip for spec in specs for act in spec.acts)


@pytest.mark.slow
def test_worse_weights_stay_out(
    job: Job, tiny: BaseSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    train_base(job, tiny, silent)
    weights = job.embedded / "base" / "unet" / "diffusion_pytorch_model.safetensors"
    before = weights.read_bytes()
    monkeypatch.setattr(base, "better", lambda stretch: False)
    events: list[Event] = []
    assert not train_base(job, tiny, events.append)
    assert any(isinstance(event, Warned) for event in events)
    assert weights.read_bytes() == before


@pytest.mark.slow
def test_the_shipped_base_redraws_pictures(job: Job, tiny: BaseSettings) -> None:
    images = np.random.default_rng(0).integers(0, 256, (3, 128, 128, 3)).astype(np.uint8)
    assert redrawn(job, "some", images, ["1fox"] * 3, 0.5, silent) is None
    train_base(job, tiny, silent)
    made = redrawn(job, "some", images, ["1fox"] * 3, 0.5, silent)
    assert made is not None
    assert made.shape == images.shape
    assert not np.array_equal(made, images)

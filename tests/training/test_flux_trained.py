"""A LoRA for a tiny random Flux, really trained on the flow-matching loss."""

from __future__ import annotations

from collections.abc import Callable
from math import log
from pathlib import Path

import pytest
import torch
from torch.nn.functional import mse_loss

from castmates.adapters.file import load
from castmates.families.base import Base
from castmates.families.flux.tiny import tiny
from castmates.families.shelf import open_base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header
from castmates.training.cache import FILE
from castmates.training.data import Item
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.loop import train
from castmates.training.noising import times_of
from castmates.training.objective import noised, target
from castmates.training.plan import plan
from castmates.training.prepare import Material, prepared
from castmates.training.recipe import Recipe, changed
from tests.training.conftest import PIP


@pytest.fixture(scope="module")
def flux(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return open_base(tiny(tmp_path_factory.mktemp("flux") / "base"))


def lessons_of(
    base: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> tuple[Lessons, list[Batch]]:
    road = plan(recipe, items, native=64)
    return prepared(Material(base, recipe, tuple(items), road.steps, PIP), tmp_path / FILE)


@pytest.mark.parametrize("text", [True, False])
def test_a_lora_is_trained_and_lies_in_kohyas_names(
    flux: Base, items: list[Item], recipe: Recipe, new_run: Callable[[str], RunFolder], text: bool
) -> None:
    more = {"length": "3 steps", "save_every": "3 steps", "text_encoder": text, "masked": True}
    path = train(flux, items, changed(recipe, more), new_run("flux"), PIP)[-1]
    header = read_header(path)
    assert header.metadata["ss_base_model_version"] == "flux1"
    assert header.metadata["ss_network_module"] == "networks.lora_flux"
    assert "modelspec.prediction_type" not in header.metadata
    roots = {"_".join(key.split("_")[:3]) for key in header.shapes}
    wanted = {"lora_unet_double", "lora_unet_single"}
    assert roots == (wanted | {"lora_te1_text"} if text else wanted)
    made = load(path)
    qkv = made.factors["lora_unet_double_blocks_0_img_attn_qkv"]
    assert (qkv.down.shape, qkv.up.shape) == ((2, 32), (96, 2))
    assert all(part.any() for part in qkv.up.split(32))
    flux.bank.add(made)
    flux.bank.remove(made.name)


def test_the_loss_is_that_of_the_flow_and_falls(
    flux: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    # A weighting by SNR is not about flows: it changes nothing.
    much = changed(recipe, {"text_encoder": False, "precision": "fp32", "min_snr_gamma": 5.0})
    lessons, _ = lessons_of(flux, items, much, tmp_path)
    learner, batch = Learner(flux, much, "new"), lessons.at(0)
    try:
        assert batch.text is not None
        s = ((batch.timesteps + 1) / 1000).view(-1, 1, 1, 1)
        noisy = (1 - s) * batch.latents + s * batch.noise
        with torch.no_grad():
            said = flux.denoise(noisy, batch.timesteps, batch.text)
        wanted = mse_loss(said, batch.noise - batch.latents)
        torch.testing.assert_close(learner.loss(batch), wanted)
        losses = [learner.learn(batch, 1.0) for _ in range(8)]
        assert losses[-1] < losses[0]
    finally:
        learner.leave()


def test_a_state_of_a_flow_is_the_straight_line(flux: Base) -> None:
    x, e = torch.randn(3, 4, 2, 2), torch.randn(3, 4, 2, 2)
    t = torch.tensor([0, 499, 999])
    state = noised(x, e, flux.alphas_cumprod[t], "flow")
    s = ((t + 1) / 1000).view(-1, 1, 1, 1)
    # Shares of signal near 1 are float32: s is exact to 3e-5 there.
    torch.testing.assert_close(state, (1 - s) * x + s * e, atol=1e-4, rtol=0)
    assert torch.equal(target(x, e, flux.alphas_cumprod[t], "flow"), e - x)


def test_sigmoid_timesteps_are_a_logistic_of_normal_numbers() -> None:
    recipe = Recipe.model_validate({"timesteps": "sigmoid"})
    names = [("picture", n) for n in range(4000)]
    t = times_of(recipe, names, 1000)
    s = (t + 0.5) / 1000
    normal = (s / (1 - s)).log()
    assert abs(normal.mean()) < 0.05
    assert abs(normal.std() - 1) < 0.05
    assert 0 <= int(t.min()) < int(t.max()) <= 999
    some = Recipe.model_validate({"timesteps": "sigmoid", "min_timestep": 200, "max_timestep": 400})
    t = times_of(some, names[:200], 1000)
    assert 200 <= int(t.min()) < int(t.max()) < 400


def test_a_lean_moves_the_logit_by_its_logarithm() -> None:
    names = [("picture", n) for n in range(4000)]
    some = {"timesteps": "sigmoid", "sigmoid_scale": 0.5, "timestep_shift": 3.0}
    s = (times_of(Recipe.model_validate(some), names, 1000) + 0.5) / 1000
    normal = (s / (1 - s)).log()
    assert abs(normal.mean() - log(3.0)) < 0.05
    assert abs(normal.std() - 0.5) < 0.05
    # A range that is covered evenly stays covered, and twice as densely at its noisy end.
    even = times_of(Recipe(timestep_shift=2.0), names[:900], 1000)
    assert int(even.min()) < 3
    assert int((even >= 999 - 100).sum()) > 1.6 * 90


def test_lean_0_is_the_bases_own_by_size(
    flux: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    much = changed(recipe, {"timesteps": "sigmoid", "timestep_shift": 0.0})
    lessons, _ = lessons_of(flux, items, much, tmp_path)
    side = lessons.looks.batches(0)[0][0].view.size
    same = changed(much, {"timestep_shift": flux.facts.lean_of(side)})
    alike, _ = lessons_of(flux, items, same, tmp_path)
    assert flux.facts.lean_of(side) != 1.0
    assert torch.equal(lessons.at(0).timesteps, alike.at(0).timesteps)


def test_the_guidance_of_the_recipe_is_told(
    flux: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    losses = []
    for guidance in (None, flux.facts.guidance, 1.0):
        much = changed(recipe, {"text_encoder": False, "precision": "fp32", "guidance": guidance})
        lessons, _ = lessons_of(flux, items, much, tmp_path)
        learner = Learner(flux, much, "new")
        losses.append(float(learner.loss(lessons.at(0))))
        learner.leave()
    assert losses[0] == losses[1] != losses[2]

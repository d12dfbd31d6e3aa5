"""A LoRA for a tiny random SDXL, really trained: frames reach the base, and the file fits it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch.nn.functional import mse_loss

from castmates.adapters.file import load
from castmates.families.base import Base
from castmates.families.sdxl.tiny import POOLED, tiny
from castmates.families.shelf import open_base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header
from castmates.training.cache import FILE
from castmates.training.data import Item
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.loop import train
from castmates.training.plan import plan
from castmates.training.prepare import Material, prepared
from castmates.training.recipe import Recipe, changed
from castmates.training.views import View
from tests.training.conftest import PIP

SHAPES = ((64, 64), (128, 64), (80, 100))
EVERYTHING = {
    "buckets": True,
    "bucket_smallest": 32,
    "bucket_largest": 128,
    "bucket_step": 16,
    "random_crop": True,
    "preservation": True,
    "batch": 1,
}


@pytest.fixture(scope="module")
def xl(tmp_path_factory: pytest.TempPathFactory) -> Base:
    return open_base(tiny(tmp_path_factory.mktemp("sdxl") / "base"))


@pytest.fixture
def shaped(tmp_path: Path) -> list[Item]:
    chance, found = np.random.default_rng(4), []
    for number, (width, height) in enumerate(SHAPES, 1):
        path = tmp_path / f"{number:04d}.png"
        images.write_png(path, chance.integers(0, 256, (height, width, 3), dtype=np.uint8))
        found.append(Item.read(path, f"pip, 1fox, look {number}"))
    return found


def lessons_of(
    base: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> tuple[Lessons, list[Batch]]:
    road = plan(recipe, items, native=64)
    return prepared(Material(base, recipe, tuple(items), road.steps, PIP), tmp_path / FILE)


@pytest.mark.parametrize("text", [True, False])
@pytest.mark.slow
def test_a_lora_is_trained_and_lies_in_kohyas_names(
    xl: Base, shaped: list[Item], recipe: Recipe, new_run: Callable[[str], RunFolder], text: bool
) -> None:
    more = {"length": "4 steps", "save_every": "4 steps", "text_encoder": text}
    much = changed(recipe, {**EVERYTHING, **more})
    path = train(xl, shaped, much, new_run("xl"), PIP)[-1]
    header = read_header(path)
    assert header.metadata["ss_base_model_version"] == "sdxl_base_v1-0"
    assert header.metadata["ss_clip_skip"] == "2"
    roots = {"_".join(key.split("_")[:2]) for key in header.shapes}
    assert roots == {"lora_unet", "lora_te1", "lora_te2"} if text else roots == {"lora_unet"}
    made = load(path)
    assert any(factors.up.any() for factors in made.factors.values())
    xl.bank.add(made)
    xl.bank.remove(made.name)


@pytest.mark.slow
def test_the_loss_falls_on_one_batch(
    xl: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    plain = changed(recipe, {"length": "8 steps", "text_encoder": False, "caption_dropout": 0})
    lessons, _ = lessons_of(xl, shaped, plain, tmp_path)
    learner, batch = Learner(xl, plain, "new"), lessons.at(0)
    try:
        losses = [learner.learn(batch, 1.0) for _ in range(8)]
    finally:
        learner.leave()
    assert losses[-1] < losses[0]


def test_the_loss_is_what_plain_diffusers_says_of_words_whole_and_frames(
    xl: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    much = changed(
        recipe, {**EVERYTHING, "preservation": False, "text_encoder": False, "precision": "fp32"}
    )
    lessons, frozen = lessons_of(xl, shaped, much, tmp_path)
    learner = Learner(xl, much, "new")
    try:
        for batch in (lessons.at(0), lessons.at(1), frozen[0]):
            assert batch.text is not None
            assert batch.frames is not None
            a = xl.alphas_cumprod[batch.timesteps].view(-1, 1, 1, 1)
            noisy = a.sqrt() * batch.latents + (1 - a).sqrt() * batch.noise
            told = {"text_embeds": batch.text[:, 0, :POOLED], "time_ids": batch.frames}
            with torch.no_grad():
                said = xl.unet(
                    noisy, batch.timesteps, batch.text[:, 1:], added_cond_kwargs=told
                ).sample
            torch.testing.assert_close(learner.loss(batch), mse_loss(said, batch.noise))
    finally:
        learner.leave()


def test_rows_have_the_frames_of_their_looks(
    xl: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    lessons, _ = lessons_of(xl, shaped, changed(recipe, EVERYTHING), tmp_path)
    for step in range(6):
        batch, looks = lessons.at(step), lessons.looks.at(step)
        assert batch.frames is not None
        assert len(batch.frames) == len(batch.latents) == len(looks)
        for frame, look in zip(batch.frames.tolist(), looks, strict=True):
            height, width = (8 * side for side in batch.latents.shape[2:])
            assert frame[4:] == [height, width]
            assert (frame[1], frame[0]) == look.item.size


@pytest.mark.parametrize(
    ("view", "frame"),
    [
        (View((64, 64)), (200, 100, 32, 0, 64, 64)),
        (View((64, 32), (64, 128), (0, 90)), (200, 100, 90, 0, 32, 64)),
        (View((40, 32), (64, 128), (20, 90), mirrored=True), (200, 100, 90, 4, 32, 40)),
    ],
)
def test_a_frame_says_size_corner_and_window(view: View, frame: tuple[int, ...]) -> None:
    assert view.frame((100, 200)) == frame


def test_a_base_that_reads_no_frame_is_told_none(
    base: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    lessons, frozen = lessons_of(base, shaped, recipe, tmp_path)
    assert [one.frames for one in (lessons.at(0), frozen[0])] == [None, None]

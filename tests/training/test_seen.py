"""Runs that see pictures in all ways: buckets, windows, masks, the class, a frozen text encoder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.core.errors import Stopped
from castmates.core.events import Event, Measured, Moved, Warned
from castmates.families.base import Base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header, tensor_hash
from castmates.training import texts
from castmates.training.cache import FILE
from castmates.training.chance import normal
from castmates.training.data import Item
from castmates.training.learner import Learner
from castmates.training.lessons import Batch, Lessons
from castmates.training.loop import train
from castmates.training.objective import stratified
from castmates.training.order import batch_of
from castmates.training.plan import plan, repeated
from castmates.training.prepare import Material, prepared
from castmates.training.recipe import Recipe, changed
from castmates.training.seeding import chance_of
from tests.training.conftest import PIP
from tests.training.test_loop import factors, same, stop_at

NewRun = Callable[[str], RunFolder]
EVERYTHING = {
    "buckets": True,
    "bucket_smallest": 32,
    "bucket_largest": 128,
    "bucket_step": 16,
    "random_crop": True,
    "colour": True,
    "masked": True,
    "wildcards": True,
    "caption_dropout_every": 3,
    "tag_warmup_steps": 4,
    "max_tokens": 150,
    "preservation": True,
    "prior_weight": 0.5,
}
SHAPES = ((64, 64), (96, 64), (70, 64), (48, 96), (100, 66))


@pytest.fixture
def shaped(tmp_path: Path) -> list[Item]:
    """Pictures of several shapes, each with a mask of its left half."""
    chance, found = np.random.default_rng(4), []
    (tmp_path / "shaped").mkdir()
    for number, (width, height) in enumerate(SHAPES, 1):
        path = tmp_path / "shaped" / f"{number:04d}.png"
        pixels = chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
        images.write_png(path, pixels)
        mask = np.zeros((height, width), np.uint8)
        mask[:, : width // 2] = 255
        images.write_mask(path.with_suffix(".mask.png"), mask)
        caption = f"pip, 1fox, {{red|blue}} hat, look {number}, forest"
        found.append(Item.read(path, caption, 1, path.with_suffix(".mask.png")))
    return found


def lessons_of(
    base: Base, items: list[Item], recipe: Recipe, cache: Path
) -> tuple[Lessons, list[Batch]]:
    road, shown = plan(recipe, items, native=64), repeated(items, recipe)
    return prepared(Material(base, recipe, shown, road.steps, PIP), cache)


@pytest.mark.slow
def test_a_run_with_everything_goes_on_to_the_same_bits(
    base: Base, shaped: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    much = changed(recipe, {**EVERYTHING, "length": "4 steps", "save_every": "4 steps"})
    whole, parts = new_run("whole"), new_run("parts")
    some = shaped[:2]  # Every further shape costs a second: kernels are built for it.
    paths = train(base, some, much, whole, PIP)
    with pytest.raises(Stopped):
        train(base, some, much, parts, PIP, stop_at(2))
    (parts.state / FILE).unlink()
    again = train(base, some, much, parts, PIP)
    assert same(whole, parts)
    assert [tensor_hash(p) for p in again] == [tensor_hash(p) for p in paths]
    header = read_header(paths[-1]).metadata
    assert (header["ss_enable_bucket"], header["ss_random_crop"]) == ("True", "True")
    assert header["ss_max_token_length"] == "150"
    assert '"resolution": [64, 64]' in header["ss_bucket_info"]


def test_batches_have_one_shape_and_all_that_belongs_to_it(
    base: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    much = changed(recipe, {**EVERYTHING, "text_encoder": False})
    lessons, frozen = lessons_of(base, shaped, much, tmp_path / FILE)
    shapes = set()
    for step in range(2 * lessons.looks.order.per_epoch):
        batch = lessons.at(step)
        n, _, height, width = batch.latents.shape
        shapes.add((height, width))
        assert batch.noise.shape == batch.latents.shape
        assert batch.timesteps.shape == (n,)
        assert batch.mask is not None
        assert batch.mask.shape == (n, 1, height, width)
        assert batch.text is not None
        assert batch.text.shape == (n, 152, 32)
        assert batch.weights is not None
        assert batch.weights.tolist() == [2.0] * (n // 2) + [1.0] * (n // 2)
        assert batch.preserved is not None
        assert batch.preserved.tolist() == [False] * (n // 2) + [True] * (n // 2)
        assert batch.mask[n // 2 :].eq(1).all()
        for part in (batch.latents, batch.noise, batch.timesteps):
            assert torch.equal(part[: n // 2], part[n // 2 :])
    assert len(shapes) >= 3
    assert {tuple(batch.latents.shape[2:]) for batch in frozen} == shapes


def test_a_plain_batch_is_to_the_bit_what_it_was_before_there_was_all_this(
    base: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    lessons, _ = lessons_of(base, items, recipe, tmp_path / FILE)
    for step in range(6):
        batch, visits = lessons.at(step), batch_of((1,) * 4, recipe.seed, recipe.batch, step)
        names = [(items[v.item].digest, v.count) for v in visits]
        for row, (visit, name) in enumerate(zip(visits, names, strict=True)):
            pixels = images.read(items[visit.item].path)
            if chance_of(recipe.seed, "side", *name).randrange(2):
                pixels = np.ascontiguousarray(pixels[:, ::-1])
            assert torch.equal(batch.latents[row], base.encode_pictures([pixels])[0])
            assert torch.equal(batch.noise[row], normal((4, 8, 8), recipe.seed, "noise", *name))
        chances = [chance_of(recipe.seed, "time", *name).random() for name in names]
        assert torch.equal(batch.timesteps, stratified(chances, 1000))
        others = (batch.more_noise, batch.weights, batch.mask, batch.text, batch.preserved)
        assert others == (None,) * 5


def test_a_mask_weighs_places_and_all_of_it_is_no_mask(
    base: Base, shaped: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    plain = changed(recipe, {"masked": True})
    lessons, _ = lessons_of(base, shaped, plain, tmp_path / FILE)
    batch = lessons.at(0)
    assert batch.mask is not None
    assert 0.3 < batch.mask.mean() < 0.7
    learner = Learner(base, plain, "pip")
    try:
        whole = learner.loss(replace(batch, mask=None)).item()
        full = learner.loss(replace(batch, mask=torch.ones_like(batch.mask))).item()
        part, rest = (
            learner.loss(replace(batch, mask=m)).item() for m in (batch.mask, 1 - batch.mask)
        )
        none = learner.loss(replace(batch, mask=torch.zeros_like(batch.mask))).item()
    finally:
        learner.leave()
    assert full == whole
    assert part + rest == pytest.approx(whole, rel=1e-5)
    assert none == 0.0
    assert 0 < part < whole


def test_what_is_masked_out_teaches_nothing(
    base: Base, shaped: list[Item], recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    black = []
    for item in shaped:
        width, height = item.size or (0, 0)
        path = tmp_path / f"{item.path.stem}.black.png"
        images.write_mask(path, np.zeros((height, width), np.uint8))
        black.append(Item.read(item.path, item.caption, 1, path))
    still = changed(recipe, {"masked": True, "weight_decay": 0, "length": "2 steps"})
    told: list[Event] = []
    run = new_run("black")
    train(base, black, still, run, PIP, told.append)
    assert [e.value for e in told if isinstance(e, Measured) and e.name == "loss"] == [0.0, 0.0]
    ups = [f for name, f in factors(run).items() if "lora_up" in name]
    assert all(up.eq(0).all() for up in ups)
    assert any(isinstance(e, Warned) and "black all over" in e.what for e in told)


def test_masks_count_only_for_recipes_that_weigh_by_them(
    base: Base, shaped: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    short = changed(recipe, {"length": "2 steps"})
    with_, without = new_run("with"), new_run("without")
    train(base, shaped[:2], short, with_, PIP)
    bare = [replace(item, mask=None, mask_digest="") for item in shaped[:2]]
    train(base, bare, short, without, PIP)
    assert same(with_, without)


def test_an_adapter_that_changed_nothing_yet_preserves_everything(
    base: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    plain = changed(recipe, {"caption_dropout": 0, "precision": "fp32"})
    kept = changed(plain, {"preservation": True, "prior_weight": 3.0})
    first = lessons_of(base, items, plain, tmp_path / "a")[0].at(0)
    twice = lessons_of(base, items, kept, tmp_path / "b")[0].at(0)
    assert twice.words == (*first.words, *(w.replace("pip", "fox") for w in first.words))
    learner = Learner(base, kept, "pip")
    try:
        alone, both = learner.loss(first).item(), learner.loss(twice).item()
        assert both == pytest.approx(alone, rel=1e-5)
        for _ in range(3):
            learner.learn(twice, 1.0)
        assert twice.preserved is not None
        only = replace(twice, weights=twice.preserved.float())
        assert learner.loss(only).item() > 0
        assert learner.loss(first).item() < alone
    finally:
        learner.leave()


def test_pictures_of_the_class_can_have_the_bases_own_answer(
    base: Base, items: list[Item], recipe: Recipe, tmp_path: Path
) -> None:
    of_class = [replace(item, regularization=True, caption="fox") for item in items[2:]]
    kept = changed(recipe, {"preservation": True, "batch": 1, "precision": "fp32"})
    lessons, frozen = lessons_of(base, [*items[:2], *of_class], kept, tmp_path / "a")
    assert len(frozen) == 8
    learner = Learner(base, kept, "pip")
    try:
        for step in range(lessons.looks.order.per_epoch):
            batch, (look,) = lessons.at(step), lessons.looks.at(step)
            loss = learner.loss(batch).item()
            assert (loss < 1e-9) == look.item.regularization
    finally:
        learner.leave()


@pytest.mark.slow
def test_a_frozen_text_encoder_says_the_same_kept_or_not(
    base: Base,
    items: list[Item],
    recipe: Recipe,
    new_run: NewRun,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = {"text_encoder": False, "caption_variants": 2, "length": "4 steps"}
    frozen = changed(recipe, {**few, "save_every": "4 steps"})
    kept, fresh, told = new_run("kept"), new_run("fresh"), list[Event]()
    train(base, items, frozen, kept, PIP, told.append)
    assert any(isinstance(e, Moved) and e.what == "encoding words" for e in told)
    monkeypatch.setattr(texts, "MOST_BYTES", 0)
    told.clear()
    train(base, items, frozen, fresh, PIP, told.append)
    assert not any(isinstance(e, Moved) and e.what == "encoding words" for e in told)
    assert same(kept, fresh)
    names = set(read_header(kept.state / FILE).shapes)
    assert {name.partition("/")[0] for name in names} == {"latent", "text"}


def test_changes_that_the_characters_card_forbids_are_said(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    told: list[Event] = []
    card = PIP.model_copy(update={"asymmetric": True, "colours_matter": True})
    short = changed(recipe, {"length": "1 steps", "colour": True, "masked": True})
    train(base, items, short, new_run("a"), card, told.append)
    said = " ".join(e.what for e in told if isinstance(e, Warned))
    assert "left and right differ" in said
    assert "exact colours matter" in said
    assert "No picture has a mask" in said

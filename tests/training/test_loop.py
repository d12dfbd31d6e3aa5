"""A whole training on a tiny base: what it leaves, what it tells, how it stops and goes on."""

from __future__ import annotations

import json
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput, CastmatesError, Stopped, Unfit
from castmates.core.events import Event, Made, Measured, Moved, Warned
from castmates.families.base import Base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header, tensor_hash
from castmates.training import cache, state
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe, changed
from tests.training.conftest import PIP, Whole, drawn

NewRun = Callable[[str], RunFolder]


def factors(run: RunFolder) -> dict[str, torch.Tensor]:
    kept = state.found(run.state)
    assert kept is not None
    return kept.factors


def same(one: RunFolder, other: RunFolder) -> bool:
    a, b = factors(one), factors(other)
    return a.keys() == b.keys() and all(torch.equal(a[k], b[k]) for k in a)


def stop_at(step: int) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == step:
            os.kill(os.getpid(), signal.SIGINT)

    return tell


def test_a_run_leaves_numbered_epochs_that_say_what_they_are(base: Base, whole: Whole) -> None:
    run, paths, told = whole.run, whole.paths, whole.told
    assert [p.name for p in paths] == [
        "pip-000001.safetensors",
        "pip-000002.safetensors",
        "pip.safetensors",
    ]
    assert [(epoch, path) for epoch, path in run.checkpoints()] == list(enumerate(paths, 1))
    header = read_header(paths[1]).metadata
    assert header["ss_output_name"] == "pip-000002"
    assert (header["ss_epoch"], header["ss_steps"]) == ("2", "4")
    assert (header["ss_network_dim"], header["modelspec.trigger_phrase"]) == ("2", "pip")
    assert header["sshs_model_hash"] == tensor_hash(paths[1])
    assert json.loads(header["ss_tag_frequency"])["pip"]["solo"] == 4
    names = read_header(paths[1]).shapes
    assert any(n.startswith("lora_te_") for n in names)
    assert all(n.startswith(("lora_te_", "lora_unet_")) for n in names)
    losses = [e for e in told if isinstance(e, Measured) and e.name == "loss"]
    held = [e for e in told if isinstance(e, Measured) and e.name == "held_out_loss"]
    assert [e.at for e in losses] == [1, 2, 3, 4, 5, 6]
    assert [e.at for e in held] == [0, 2, 4, 6]
    assert [e.path for e in told if isinstance(e, Made)] == [str(p) for p in paths]
    assert not base.bank.names


def test_stopped_anywhere_and_gone_on_is_the_same_to_the_bit(
    base: Base, whole: Whole, recipe: Recipe, new_run: NewRun
) -> None:
    parts = new_run("parts")
    for step in (1, 3, 4):
        with pytest.raises(Stopped, match=f"step {step} of 6"):
            train(base, whole.items, recipe, parts, PIP, stop_at(step))
    paths = train(base, whole.items, recipe, parts, PIP)
    assert same(whole.run, parts)
    assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in whole.paths]


def test_a_finished_run_returns_at_once(base: Base, whole: Whole, recipe: Recipe) -> None:
    told: list[Event] = []
    before = [p.stat().st_mtime_ns for p in whole.paths]
    assert train(base, whole.items, recipe, whole.run, PIP, told.append) == whole.paths
    assert (told, [p.stat().st_mtime_ns for p in whole.paths]) == ([], before)


def test_a_lost_last_checkpoint_is_written_again_from_the_state(
    base: Base, whole: Whole, recipe: Recipe, tmp_path: Path
) -> None:
    copy = RunFolder(shutil.copytree(whole.run.path, tmp_path / "copy"))
    (copy.path / "pip.safetensors").unlink()
    paths = train(base, whole.items, recipe, copy, PIP)
    assert tensor_hash(paths[-1]) == tensor_hash(whole.paths[-1])


def test_a_damaged_state_is_refused_and_a_damaged_cache_is_made_again(
    base: Base, whole: Whole, recipe: Recipe, tmp_path: Path
) -> None:
    copy = RunFolder(shutil.copytree(whole.run.path, tmp_path / "copy"))
    (copy.path / "pip.safetensors").unlink()
    (copy.state / cache.FILE).write_bytes(b"torn")
    told: list[Event] = []
    train(base, whole.items, recipe, copy, PIP, told.append)
    assert any(isinstance(e, Warned) and "cache" in e.what for e in told)
    (copy.path / "pip.safetensors").unlink()
    (copy.state / state.FILE).write_bytes(b"torn")
    with pytest.raises(BadInput, match="damaged"):
        train(base, whole.items, recipe, copy, PIP)
    assert not base.bank.names


def test_a_changed_recipe_or_data_set_is_refused_with_what_changed(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    run = new_run("a")
    short = changed(recipe, {"length": "1 steps"})
    train(base, items, short, run, PIP)
    with pytest.raises(Unfit, match="rank: 2, now 4"):
        train(base, items, changed(short, {"rank": 4}), run, PIP)
    with pytest.raises(Unfit, match=r"0004\.png is gone"):
        train(base, items[:3], short, run, PIP)
    with pytest.raises(Unfit, match=r"caption of 0001\.png"):
        train(base, [replace(items[0], caption="pip"), *items[1:]], short, run, PIP)
    other = drawn(tmp_path / "others", 4, seed=9)
    with pytest.raises(Unfit, match=r"0002\.png is another one"):
        train(base, [items[0], other[1], *items[2:]], short, run, PIP)


def test_held_out_pictures_are_measured_and_not_learned(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    with_, without, told = new_run("with"), new_run("without"), []
    held = drawn(tmp_path / "held", 2, seed=5)
    short = changed(recipe, {"length": "2 steps"})
    train(base, items, short, without, PIP)
    train(base, items, short, with_, PIP, told.append, held_out=held)
    assert same(with_, without)
    assert [e.at for e in told if isinstance(e, Measured) and e.name == "held_out_loss"] == [0, 2]


@pytest.mark.slow
def test_the_frozen_loss_falls_where_there_is_something_to_learn(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    told: list[Event] = []
    much = changed(
        recipe,
        {
            "length": "16 steps",
            "save_every": "16 steps",
            "tag_dropout": 0,
            "caption_dropout": 0,
            "flip": False,
            "rank": 8,
            "conv_rank": 8,
        },
    )
    train(base, items[:1], much, new_run("a"), PIP, told.append)
    held = [e.value for e in told if isinstance(e, Measured) and e.name == "held_out_loss"]
    assert held[-1] < 0.95 * held[0]


def test_a_loss_that_is_no_number_stops_and_keeps_the_last_good_state(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    run = new_run("a")
    wild = changed(recipe, {"unet_rate": 0.99, "text_rate": 0.99, "max_grad_norm": 0})
    poison = base.unet.conv_out.weight

    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == 3:
            poison.data[0, 0] = float("nan")

    sound = poison.detach().clone()
    try:
        with pytest.raises(CastmatesError, match=r"(?s)step 4.*unet_rate"):
            train(base, items, wild, run, PIP, tell)
    finally:
        poison.data.copy_(sound)
    kept = state.found(run.state)
    assert kept is not None
    assert kept.step == 2
    assert all(torch.isfinite(f).all() for f in kept.factors.values())


def test_the_base_is_left_as_it_was(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    before = {k: v.clone() for k, v in base.unet.state_dict().items()}
    asks = [p.requires_grad for p in base.unet.parameters()]
    train(base, items, changed(recipe, {"length": "1 steps"}), new_run("a"), PIP)
    after = base.unet.state_dict()
    assert all(torch.equal(before[k], after[k]) for k in before)
    assert [p.requires_grad for p in base.unet.parameters()] == asks


def test_what_a_careful_user_should_know_is_said(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    wide = tmp_path / "wide.png"
    images.write_png(wide, np.zeros((64, 160, 3), np.uint8))
    long = Item.read(wide, "pip, " + ", ".join(f"word {n}" for n in range(200)))
    told: list[Event] = []
    train(base, [long], changed(recipe, {"length": "1 steps"}), new_run("a"), PIP, told.append)
    warned = " ".join(e.what for e in told if isinstance(e, Warned))
    assert "lose more than" in warned
    assert "longer than the base can read" in warned


def test_a_cast_of_recipes_can_learn_on_one_base_one_after_the_other(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    first, second = new_run("first"), new_run("second")
    short = changed(recipe, {"length": "1 steps"})
    train(base, items, short, first, PIP)
    train(base, items, short, second, PIP)
    assert same(first, second)


def test_without_the_text_encoder_its_keys_are_not_in_the_file(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    only = changed(recipe, {"length": "1 steps", "text_encoder": False, "conv_rank": 0})
    (path,) = train(base, items, only, new_run("a"), PIP)
    header = read_header(path)
    assert all(name.startswith("lora_unet_") for name in header.shapes)
    assert not any("resnets" in name for name in header.shapes)
    assert header.metadata["ss_text_encoder_lr"] == "0.0"

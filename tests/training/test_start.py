"""A run that goes on from an adapter: the same numbers, pinned by hash, whatever the kind."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from castmates.core.errors import CastmatesError, Missing, Unfit
from castmates.core.events import silent
from castmates.families.base import Base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header, tensor_hash
from castmates.training import start
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe, changed
from tests.training.conftest import PIP

NewRun = Callable[[str], RunFolder]
KINDS = {
    "lora": {"conv_rank": "2"},
    "loha": {"kind": "loha", "conv_rank": "2"},
    "lokr": {"kind": "lokr"},
    "dora": {"dora": "true"},
}
STILL = {"unet_rate": "1e-12", "text_rate": "1e-12", "weight_decay": "0"}


def short(recipe: Recipe, **more: str) -> Recipe:
    settings = {"length": "1 steps", "save_every": "1 steps", "conv_rank": "0", "ema": "0"}
    return changed(recipe, {**settings, **more})


def goes_on(recipe: Recipe, file: Path, run: RunFolder) -> Recipe:
    start.keep(run, file)
    return changed(recipe, {"start_from": tensor_hash(file)})


@pytest.mark.parametrize("kind", KINDS)
def test_without_a_rate_the_same_tensors_come_out(
    base: Base, recipe: Recipe, items: list[Item], new_run: NewRun, kind: str
) -> None:
    first = short(recipe, **KINDS[kind])
    [path] = train(base, items[:1], first, new_run("one"), PIP)
    run = new_run("two")
    second = goes_on(changed(first, {**STILL, "seed": "9"}), path, run)
    [again] = train(base, items[:1], second, run, PIP)
    before, after = load_file(path), load_file(again)
    assert before.keys() == after.keys()
    assert all(torch.equal(before[name], after[name]) for name in before)
    assert read_header(again).metadata[start.HEADER] == tensor_hash(path)
    assert start.HEADER not in read_header(path).metadata


def test_it_goes_on_after_the_original_is_gone(
    base: Base, recipe: Recipe, items: list[Item], new_run: NewRun
) -> None:
    [path] = train(base, items[:1], short(recipe), new_run("one"), PIP)
    run = new_run("two")
    second = goes_on(short(recipe, seed="9"), path, run)
    path.unlink()
    [made] = train(base, items[:1], second, run, PIP)
    made.unlink()
    assert train(base, items[:1], second, run, PIP) == [made]


def test_a_changed_file_is_refused(
    base: Base, recipe: Recipe, items: list[Item], new_run: NewRun
) -> None:
    [path] = train(base, items[:1], short(recipe), new_run("one"), PIP)
    [other] = train(base, items[:1], short(recipe, seed="5"), new_run("other"), PIP)
    run = new_run("two")
    second = goes_on(short(recipe, seed="9"), path, run)
    shutil.copyfile(other, run.state / start.FILE)
    with pytest.raises(Unfit, match="holds other tensors"):
        train(base, items[:1], second, run, PIP)
    (run.state / start.FILE).unlink()
    with pytest.raises(Missing, match="is not there"):
        train(base, items[:1], second, run, PIP)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"rank": "4"}, r"lora_down.weight 2x\d+.*; wanted .*lora_down.weight 4x\d+"),
        ({"kind": "loha"}, r"lora_down.*wanted hada_w1_a"),
        ({"alpha": "1"}, "alpha 2 .* and the recipe 1"),
        ({"text_encoder": "false"}, "layers that the recipe does not train"),
        ({"conv_rank": "2"}, "lacks .* layers that the recipe trains"),
    ],
)
def test_another_adapter_is_refused_with_both_named(
    base: Base,
    recipe: Recipe,
    items: list[Item],
    new_run: NewRun,
    more: dict[str, str],
    said: str,
) -> None:
    [path] = train(base, items[:1], short(recipe), new_run("one"), PIP)
    run = new_run("two")
    second = goes_on(short(recipe, **more), path, run)
    with pytest.raises(CastmatesError, match=said):
        train(base, items[:1], second, run, PIP, silent)
    assert base.bank.names == ()

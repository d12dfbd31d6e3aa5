"""Every kind of adapter is trained: the loss falls, a stop leaves no trace, the file draws."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from math import prod
from pathlib import Path

import pytest
import torch

from castmates.adapters.file import save
from castmates.adapters.gate import Part
from castmates.adapters.makers import fresh
from castmates.core.errors import Stopped
from castmates.core.events import Event, Measured, Moved
from castmates.families.base import Base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header, tensor_hash
from castmates.training import state
from castmates.training.adapter import gate_of, wanted
from castmates.training.data import Item
from castmates.training.disk_use import Layer, Shape
from castmates.training.loop import train
from castmates.training.recipe import Recipe, changed
from tests.training.conftest import PIP

NewRun = Callable[[str], RunFolder]

KINDS: dict[str, dict[str, object]] = {
    "loha": {"kind": "loha"},
    "lokr": {"kind": "lokr", "factor": 4},
    "lokr of two matrices": {"kind": "lokr", "full_matrix": True},
    "lokr of two pairs": {"kind": "lokr", "decompose_both": True},
    "dora": {"dora": True},
    "dora of a loha": {"kind": "loha", "dora": True},
}


def held_out(told: list[Event]) -> list[float]:
    return [e.value for e in told if isinstance(e, Measured) and e.name == "held_out_loss"]


@pytest.mark.parametrize(
    "kind",
    [
        "dora",
        *(
            pytest.param(k, marks=pytest.mark.slow)
            for k in ("loha", "lokr", "lokr of two matrices")
        ),
    ],
)
def test_the_frozen_loss_falls(
    kind: str, base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    told: list[Event] = []
    much = {"length": "8 steps", "visits_per_epoch": 16, "rank": 4, "conv_rank": 4, "flip": False}
    more = changed(recipe, {**much, "tag_dropout": 0, "caption_dropout": 0, **KINDS[kind]})
    (path,) = train(base, items[:1], more, new_run("a"), PIP, told.append)
    first, last = held_out(told)
    assert last < 0.97 * first
    kept = state.found(new_run("a").state)
    assert kept is not None
    keys = {k for k in read_header(path).shapes if not k.endswith(".alpha")}
    assert keys == set(kept.factors)


def stop_at(step: int) -> Callable[[Event], None]:
    def tell(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == step:
            os.kill(os.getpid(), signal.SIGINT)

    return tell


LEFT_OUT = {"dropout": 0.1, "rank_dropout": 0.2, "module_dropout": 0.2, "max_norm": 0.01}


@pytest.mark.parametrize(
    "kind",
    [
        "loha",
        *(pytest.param(k, marks=pytest.mark.slow) for k in ("lora", "lokr of two pairs", "dora")),
    ],
)
def test_stopped_and_gone_on_is_the_same_to_the_bit(
    kind: str, base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    """With everything that is left out by chance, and weights kept within a norm."""
    asked = {"length": "3 steps", "visits_per_epoch": 6, "save_every": "3 steps"}
    short = changed(recipe, {**asked, **KINDS.get(kind, {}), **LEFT_OUT})
    whole, parts = new_run("whole"), new_run("parts")
    wanted_paths = train(base, items[:1], short, whole, PIP)
    with pytest.raises(Stopped):
        train(base, items[:1], short, parts, PIP, stop_at(2))
    paths = train(base, items[:1], short, parts, PIP)
    assert [tensor_hash(p) for p in paths] == [tensor_hash(p) for p in wanted_paths]
    one, other = state.found(whole.state), state.found(parts.state)
    assert one is not None
    assert other is not None
    assert one.factors.keys() == other.factors.keys()
    assert all(torch.equal(one.factors[k], other.factors[k]) for k in one.factors)


@pytest.mark.slow
def test_what_is_left_out_changes_the_run_and_is_not_in_the_measure(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    short = changed(recipe, {"length": "2 steps", "visits_per_epoch": 4})
    plain: list[Event] = []
    train(base, items[:1], short, new_run("plain"), PIP, plain.append)
    hashes = {tensor_hash(p) for p in new_run("plain").path.glob("*.safetensors")}
    for name, value in LEFT_OUT.items():
        told: list[Event] = []
        other = changed(short, {name: value})
        (path,) = train(base, items[:1], other, new_run(name), PIP, told.append)
        assert tensor_hash(path) not in hashes, name
        hashes.add(tensor_hash(path))
        assert held_out(told)[0] == held_out(plain)[0]


def test_what_is_left_out_follows_from_seed_step_and_layer(recipe: Recipe) -> None:
    one = changed(recipe, {"rank_dropout": 0.5})
    h = torch.ones(2, 3, 64)

    def over(recipe: Recipe, place: tuple[object, ...] | None, layer: str = "a") -> torch.Tensor:
        gate = gate_of(recipe, "pip", 2, place)
        assert gate is not None
        return gate.over((Part("pip", 64, 1.0),), h, 2, layer) * h

    assert torch.equal(over(one, (3,)), over(one, (3,)))
    assert torch.equal(over(one, None), h)
    assert torch.equal(over(recipe, (3,)), h)
    for other in (over(one, (4,)), over(one, (3,), "b"), over(changed(one, {"seed": 4}), (3,))):
        assert not torch.equal(over(one, (3,)), other)


def test_the_header_says_what_kohya_and_lycoris_say(
    base: Base, items: list[Item], recipe: Recipe, new_run: NewRun
) -> None:
    asked = {"kind": "lokr", "factor": 4, "dora": True, "length": "1 steps", **LEFT_OUT}
    (path,) = train(base, items[:1], changed(recipe, asked), new_run("a"), PIP)
    told = read_header(path).metadata
    assert (told["ss_network_module"], told["ss_network_dim"]) == ("lycoris.kohya", "2")
    said = json.loads(told["ss_network_args"])
    assert (said["algo"], said["factor"], said["dora_wd"]) == ("lokr", "4", "True")
    assert (said["rank_dropout"], said["module_dropout"]) == ("0.2", "0.2")
    assert (told["ss_network_dropout"], told["ss_scale_weight_norms"]) == ("0.1", "0.01")


@pytest.mark.parametrize("kind", ["lora", *KINDS])
def test_sizes_are_known_before(kind: str, base: Base, recipe: Recipe, tmp_path: Path) -> None:
    asked = changed(recipe, KINDS.get(kind, {}))
    adapter = fresh(base.bank, "pip", wanted(asked))
    layers = [
        Layer(shape.into, shape.out, max(shape.kernel, default=1))
        for shape in base.bank.shapes(conv=True).values()
    ]
    shape = Shape(
        asked.kind,
        asked.rank,
        asked.conv_rank,
        asked.factor,
        asked.decompose_both,
        asked.full_matrix,
        asked.dora,
    )
    save(tmp_path / "a.safetensors", adapter, {})
    header = read_header(tmp_path / "a.safetensors")
    numbers = {k: prod(s) for k, s in header.shapes.items() if not k.endswith(".alpha")}
    assert sum(shape.numbers(layer) for layer in layers) == sum(numbers.values())
    assert sum(shape.tensors(layer) for layer in layers) == len(header.shapes)

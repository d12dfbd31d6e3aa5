"""Gathered gradients: k batches are one batch of k times as many, and a run goes on to the bit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from castmates.core.errors import Stopped
from castmates.core.events import Event, Measured
from castmates.families.base import Base
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header
from castmates.training.data import Item
from castmates.training.learner import Learner
from castmates.training.loop import train
from castmates.training.order import Order
from castmates.training.plan import plan, repeated
from castmates.training.prepare import Material, prepared
from castmates.training.recipe import Recipe
from tests.training.conftest import PIP, drawn

NewRun = Callable[[str], RunFolder]


def test_updates_take_the_batches_in_order() -> None:
    alone = Order((3, 2, 2), 2, 7)
    gathered = Order((3, 2, 2), 2, 7, accumulation=3)
    assert (alone.per_epoch, alone.updates, gathered.updates) == (4, 4, 2)
    flat = [visits for step in range(4) for visits in gathered.at(step)]
    assert flat == [visits for step in range(8) for visits in alone.at(step)]
    assert [len(gathered.at(step)) for step in range(4)] == [3, 1, 3, 1]
    mixed = Order((3, 2, 2), 2, 7, ("a", "b", "a"), 2)
    assert (mixed.per_epoch, mixed.updates) == (4, 2)
    assert all(len(mixed.at(step)) == 2 for step in range(4))


@pytest.mark.parametrize("timesteps", ["stratified", "uniform"])
@pytest.mark.parametrize("text_rate", [0.0, 1e-3])
def test_three_batches_are_one_three_times_as_large(
    base: Base, recipe: Recipe, tmp_path: Path, timesteps: str, text_rate: float
) -> None:
    """The rows, noise and timesteps to the bit; the factors after five updates to rounding."""
    items = drawn(tmp_path / "pictures", 7)
    made = []
    for batch, accumulation in ((6, 1), (2, 3)):
        how = {"batch": batch, "accumulation": accumulation, "timesteps": timesteps}
        # Adam's first updates are the gradients' signs, which rounding may turn around 0.
        how |= {"precision": "fp32", "optimizer": "sgd", "unet_rate": 1.0}
        one = recipe.model_copy(update={**how, "text_rate": text_rate})
        road = plan(one, items)
        assert road.steps_per_epoch == 2
        material = Material(base, one, repeated(items, one), road.steps, PIP)
        lessons, _ = prepared(material, tmp_path / "cache")
        steps = [lessons.batches(step) for step in range(5)]
        learner = Learner(base, one, "pip")
        try:
            losses = [learner.learn(batches, 1.0) for batches in steps]
            made.append((steps, losses, learner.adapter()))
        finally:
            learner.leave()
    (large, losses, adapter), (small, small_losses, small_adapter) = made
    assert [len(batches) for batches in small] == [3, 1, 3, 1, 3]
    for one, several in zip(large, small, strict=True):
        for part in ("latents", "noise", "timesteps"):
            joined = torch.cat([getattr(batch, part) for batch in several])
            assert torch.equal(getattr(one[0], part), joined)
        assert one[0].words == tuple(word for batch in several for word in batch.words)
    assert small_losses == pytest.approx(losses, rel=1e-5)
    for layer, factors in adapter.factors.items():
        theirs = small_adapter.factors[layer]
        assert torch.allclose(factors.up, theirs.up, atol=2e-5), layer


@pytest.mark.slow
def test_a_run_goes_on_to_the_bit(
    base: Base, recipe: Recipe, items: list[Item], new_run: NewRun
) -> None:
    """With everything at once: gathered gradients, blocks, LoRA+, clip skip."""
    more = recipe.model_copy(
        update={
            "batch": 1,
            "accumulation": 3,
            "block_rates": ("down=0.5", "up=cosine+.25"),
            "rate_ratio": 4.0,
            "clip_skip": 2,
            "dropout": 0.2,
        }
    )
    assert plan(more, items).steps_per_epoch == 2
    whole = train(base, items, more, new_run("whole"), PIP)
    run, seen = new_run("stopped"), list[Event]()

    def stop_after(step: int) -> Callable[[Event], None]:
        def tell(event: Event) -> None:
            seen.append(event)
            if isinstance(event, Measured) and event.name == "loss" and event.at == step:
                raise KeyboardInterrupt

        return tell

    with pytest.raises((KeyboardInterrupt, Stopped)):
        train(base, items, more, run, PIP, stop_after(4))
    # What was left is the state of the first epoch, and of its second step.
    again = train(base, items, more, run, PIP)
    factors = load_file(whole[-1])
    assert all(torch.equal(factors[name], one) for name, one in load_file(again[-1]).items())
    told = read_header(again[-1]).metadata
    assert (told["ss_gradient_accumulation_steps"], told["ss_total_batch_size"]) == ("3", "3")
    arguments = told["ss_network_args"]
    assert '"up_lr_weight": "cosine+.25"' in arguments
    assert '"loraplus_lr_ratio": "4.0"' in arguments
    names = {event.name for event in seen if isinstance(event, Measured)}
    assert {"unet_block1_rate", "unet_block1_plus_rate", "text_plus_rate"} <= names

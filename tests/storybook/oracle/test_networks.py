"""Losses and maps say what they shall, and both networks learn, are kept and read again."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import silent
from storybook.oracle import weights
from storybook.oracle.asking import asked
from storybook.oracle.data import render
from storybook.oracle.figures import measure
from storybook.oracle.losses import Asked, found, map_loss, middles
from storybook.oracle.networks import MAP, Reader, Where
from storybook.oracle.reading import Oracle
from storybook.oracle.settings import OracleSettings, Plan
from storybook.oracle.slots import CHARACTER, Slots
from storybook.oracle.softly import InPlace
from storybook.oracle.tasks import Finding, Reading
from storybook.oracle.training import train
from storybook.train.degrade import Degrade
from storybook.train.settings import Budget, Job

SOME = Slots({"one": ("a", "b", "c"), "two": ("x", "y")})


def test_the_loss_is_cross_entropy_where_one_answer_is_right() -> None:
    torch.manual_seed(0)
    logits = torch.randn(3, SOME.total)
    right = np.stack([SOME.row({"one": frozenset("b"), "two": frozenset("x")})] * 3)
    wanted = [
        torch.nn.functional.cross_entropy(logits[:, :3], torch.tensor([1, 1, 1])),
        torch.nn.functional.cross_entropy(logits[:, 3:], torch.tensor([0, 0, 0])),
    ]
    said = Asked(SOME, "cpu").loss(logits, torch.from_numpy(right), 0.0)
    assert torch.allclose(said, torch.stack(wanted).mean(), atol=1e-5)


def test_a_slot_that_is_not_asked_has_no_gradient_and_alike_answers_share() -> None:
    logits = torch.zeros(1, SOME.total, requires_grad=True)
    right = torch.from_numpy(SOME.row({"one": frozenset("ab")}))[None]
    loss = Asked(SOME, "cpu").loss(logits, right, 0.0)
    assert float(loss.detach()) == pytest.approx(-np.log(2 / 3), abs=1e-5)
    loss.backward()
    assert logits.grad is not None
    assert logits.grad[0, 3:].abs().max() == 0
    assert logits.grad[0, 0] == logits.grad[0, 1] < 0 < logits.grad[0, 2]


def test_boxes_come_back_from_their_map() -> None:
    boxes = [(0.1, 0.2, 0.4, 0.9), (0.5, 0.3, 0.95, 1.0)]
    peaks, ways = middles(boxes)
    logits = torch.logit(torch.from_numpy(peaks).clamp(1e-4, 1 - 1e-4))
    assert np.allclose(found(logits, torch.from_numpy(ways), 2), boxes, atol=1e-5)
    assert found(logits, torch.from_numpy(ways), 0) == []


def test_a_right_map_costs_less_than_a_wrong_one() -> None:
    peaks, ways = (torch.from_numpy(part)[None] for part in middles([(0.1, 0.2, 0.4, 0.9)]))
    logits = torch.logit(peaks.clamp(1e-3, 1 - 1e-3))
    good = map_loss(logits, ways, peaks, ways)
    assert good < map_loss(logits.flip(-1), ways, peaks, ways)
    assert good < map_loss(logits, ways + 0.1, peaks, ways)


def test_networks_answer_in_the_shapes_that_are_said(tiny: OracleSettings) -> None:
    assert Reader(tiny.shape)(torch.randn(2, 4, 128, 128)).shape == (2, CHARACTER.total)
    _, peaks, ways = Where(tiny.shape)(torch.randn(2, 3, 128, 128))
    assert peaks.shape == (2, MAP, MAP)
    assert ways.shape == (2, 4, MAP, MAP)
    assert float(ways.detach().min()) > 0


def test_the_real_networks_fit_into_eight_megabytes() -> None:
    from storybook.oracle.settings import READER, WHERE

    networks = (Reader(READER.shape), Where(WHERE.shape))
    assert 2 * sum(p.numel() for n in networks for p in n.parameters()) < 8e6


def test_boxes_stay_right_under_degradation(job: Job) -> None:
    picture = np.zeros((1, 128, 128, 3), np.uint8)
    picture[:, 40:80, 50:90] = 255
    for seed in range(8):
        soft = InPlace(None, job.machine, seed, mirror=False)(picture)[0].mean(0) > 0
        rows, columns = np.nonzero(soft.numpy())
        assert np.abs(np.mean(rows) - 59.5) < 2
        assert np.abs(np.mean(columns) - 69.5) < 2


@pytest.mark.parametrize("kind", [Reading, Finding])
def test_a_few_steps_lower_the_loss(
    kind: type[Reading] | type[Finding], job: Job, tiny: OracleSettings
) -> None:
    torch.manual_seed(0)
    settings = replace(tiny, plan=Plan(first=3, count=16), plain=0.5, batch=8)
    drawn = render(settings.plan, job.work, 1, silent)
    again = {2: drawn.images[2]}
    task = kind(drawn, again, settings, job.machine)
    moved = Degrade if kind is Reading else InPlace
    degrade = moved(None, job.machine, 0, mirror=False)
    optimizer = torch.optim.AdamW(task.network.parameters(), 3e-3)
    rng, losses = random.Random(0), []
    for _ in range(24):
        loss = task.loss(rng, degrade)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(float(loss.detach()))
    assert np.mean(losses[-4:]) < 0.8 * np.mean(losses[:2])


def test_a_rendering_goes_on_and_knows_who_is_hidden(tmp_path: Path) -> None:
    plan = Plan(which="several", first=11, count=6)
    drawn = render(plan, tmp_path, 1, silent)
    again = render(plan, tmp_path, 1, silent)
    assert np.array_equal(drawn.images, again.images)
    for i, spec in enumerate(drawn.specs):
        count = len(spec.characters)
        assert (drawn.shown[i, :count] > 0).all()
        assert (drawn.shown[i, count:] == 0).all()
        assert len(drawn.boxes_in(i)) == count
    assert all(drawn.shown[place] >= 0.93 for place in drawn.clear)


def test_weights_in_eight_bits_are_nearly_what_they_were() -> None:
    state = {"a": torch.randn(5, 7, 3, 3), "b": torch.randn(5), "c": torch.zeros(2, 2)}
    kept = weights.pressed(state)
    assert (kept["a"].dtype, kept["b"].dtype) == (torch.int8, torch.float16)
    again = weights.unpressed(kept)
    largest = state["a"].abs().flatten(1).amax(1).view(-1, 1, 1, 1)
    assert bool(((again["a"] - state["a"]).abs() <= largest / 254 * 1.001).all())
    assert torch.allclose(again["b"], state["b"], atol=2e-3)
    assert torch.equal(again["c"], state["c"])


def test_weights_that_are_missing_broken_or_of_another_world(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="train reader"):
        weights.opened(Reader, tmp_path)
    (tmp_path / "reader.json").write_text("{}")
    with pytest.raises(BadInput, match="broken"):
        weights.opened(Reader, tmp_path)


@pytest.mark.slow
def test_a_fitted_oracle_reads_what_it_learned_and_a_worse_one_is_not_kept(
    job: Job, tiny: OracleSettings
) -> None:
    long = replace(job, budget=Budget(steps=220))
    assert train("reader", long, tiny, silent)
    assert train("where", long, tiny, silent)
    drawn = render(tiny.plan, job.work, 1, silent)
    oracle = Oracle.open(tiny.weights)
    tally, near = measure(oracle, drawn)
    assert tally.micro > 0.99
    assert near > 0.7
    for spec, reading in zip(drawn.specs, oracle.read(list(drawn.images)), strict=True):
        (person,) = reading.persons
        right = asked(spec.characters[0], spec.acts[0], spec.framing)
        wrong = [slot for slot, answers in right.items() if person.slots[slot][0] not in answers]
        assert len(wrong) <= 1
    before = (tiny.weights / "reader.safetensors").read_bytes()
    worse = replace(job, work=job.work / "b", from_scratch=True)
    assert not train("reader", worse, tiny, silent)
    assert (tiny.weights / "reader.safetensors").read_bytes() == before
    told = json.loads((tiny.weights / "where.json").read_text())
    told["questions"] = "others"
    (tiny.weights / "where.json").write_text(json.dumps(told))
    with pytest.raises(Unfit, match="other questions"):
        Oracle.open(tiny.weights)

"""Several runs over one base: each leaves what it would have left alone."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from castmates.core.errors import CastmatesError, Stopped, Unfit
from castmates.core.events import Event, Measured, Moved, Warned
from castmates.core.types import Character
from castmates.families.base import Base
from castmates.files import images
from castmates.files.runs import RunFolder
from castmates.files.tensors import read_header
from castmates.training import asking, cache, state
from castmates.training.asking import Question
from castmates.training.configs import neutral
from castmates.training.data import Item
from castmates.training.loop import train
from castmates.training.recipe import Recipe, changed
from castmates.training.samples import Samples
from castmates.training.side_by_side import cast as cast_module
from castmates.training.side_by_side import together
from castmates.training.side_by_side.cast import Member, train_cast
from tests.training.conftest import PIP, drawn

NewRun = Callable[[str], RunFolder]
MOSS = Character(name="moss", trigger="moss", class_word="dog")

SGD = {"optimizer": "sgd", "unet_rate": 0.5, "text_rate": 0.5, "precision": "fp32"}
"""An optimizer that moves by the gradients themselves. AdamW divides them by their own size, so
that where a gradient is all rounding, so is the step: there only the whole is compared."""

CASTS: dict[str, list[dict[str, Any]]] = {
    "ranks and batches": [{}, {"rank": 4, "batch": 1}, {"conv_rank": 0, "batch": 3}],
    "lengths": [{"length": "1 steps"}, {"length": "3 epochs"}, {"length": "1 epochs", "batch": 4}],
    "kinds": [
        {"kind": "loha"},
        {"kind": "lokr", "conv_rank": 0},
        {"dora": True, "length": "3 steps"},
        {"dropout": 0.2, "rank_dropout": 0.2},
    ],
    "texts": [
        {"text_encoder": False},
        {"max_tokens": 150},
        {"preservation": True},
        {"preservation": True, "text_encoder": False, "caption_dropout": 0.5},
    ],
    "sizes": [{}, {"size": "32"}, {"buckets": True, "bucket_smallest": 32, "bucket_step": 8}],
}


def members(
    base: Base, recipe: Recipe, changes: list[dict[str, Any]], new_run: NewRun, place: Path
) -> list[Member]:
    """One for each change, with pictures of its own."""
    return [
        Member(
            f"member {n}",
            tuple(drawn(place / f"pictures {n}", 4, seed=n)),
            changed(recipe, {**SGD, "length": "4 steps", **change}),
            new_run(f"shared {n}"),
            PIP if n % 2 else MOSS,
        )
        for n, change in enumerate(changes)
    ]


def alone(base: Base, one: Member, run: RunFolder) -> RunFolder:
    train(base, one.items, one.recipe, run, one.character, held_out=one.held_out)
    return run


def factors(run: RunFolder) -> dict[str, Tensor]:
    kept = state.found(run.state)
    assert kept is not None
    return kept.factors


def farthest(one: RunFolder, other: RunFolder) -> float:
    """The largest difference of any tensor, relative to that tensor's largest number."""
    a, b = factors(one), factors(other)
    assert a.keys() == b.keys()
    return max(((a[k] - b[k]).abs().max() / a[k].abs().max().clamp(min=1e-6)).item() for k in a)


def files(run: RunFolder) -> list[str]:
    """Every file's name; TensorBoard's by its folder, since its name is a moment."""
    found = (path.relative_to(run.path) for path in run.path.rglob("*") if path.is_file())
    return sorted(str(path) for path in found)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(k, marks=[] if i == 0 else pytest.mark.slow) for i, k in enumerate(CASTS)],
)
def test_each_result_is_the_one_that_was_trained_alone(
    kind: str, base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    cast = members(base, recipe, CASTS[kind], new_run, tmp_path)
    saved = train_cast(base, cast)
    assert not base.bank.names
    for n, (one, paths) in enumerate(zip(cast, saved, strict=True)):
        run = alone(base, one, new_run(f"alone {n}"))
        assert farthest(run, one.run) < 1e-4
        assert files(run) == files(one.run)
        for path in paths:
            mine, other = (read_header(p) for p in (path, run.path / path.name))
            assert mine.shapes == other.shapes
            assert mine.metadata.keys() == other.metadata.keys()
            assert mine.metadata["ss_steps"] == other.metadata["ss_steps"]


@pytest.mark.slow
def test_adamw_differs_by_rounding_only(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    fast = {"optimizer": "adamw", "unet_rate": 5e-3, "text_rate": 1e-3}
    cast = members(base, recipe, [fast, {**fast, "rank": 4}], new_run, tmp_path)
    train_cast(base, cast)
    for n, one in enumerate(cast):
        a, b = (factors(run) for run in (alone(base, one, new_run(f"alone {n}")), one.run))
        far = sum((a[k] - b[k]).square().sum() for k in a) ** 0.5
        assert far < 1e-3 * sum(a[k].square().sum() for k in a) ** 0.5


def test_the_rows_of_all_really_share_a_forward(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[int, bool]] = []

    def counting(base: Base, questions: list[Question]) -> list[Tensor]:
        seen.append((sum(len(one.t) for one in questions), questions[0].learns is not None))
        return asking.answered(base, questions)

    monkeypatch.setattr(together, "answered", counting)
    cast = members(base, recipe, [{}, {"length": "1 epochs"}, {"batch": 1}], new_run, tmp_path)
    train_cast(base, cast)
    learned = [rows for rows, learns in seen if learns]
    assert learned == [5, 5, 3, 3]


def test_a_member_alone_is_the_same_to_the_bit(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    (one,) = members(base, recipe, [{}], new_run, tmp_path)
    train_cast(base, [one])
    other = alone(base, one, new_run("alone"))
    assert all(torch.equal(a, factors(other)[k]) for k, a in factors(one.run).items())


@pytest.mark.slow
def test_stopped_and_gone_on_is_the_same_and_all_are_saved(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    def stop(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == 3:
            signal.raise_signal(signal.SIGINT)

    changes = [{"length": "6 steps"}, {"length": "2 steps"}, {"length": "5 steps"}]
    whole = members(base, recipe, changes, new_run, tmp_path)
    train_cast(base, whole)
    parts = [replace(one, run=new_run(f"part {n}")) for n, one in enumerate(whole)]
    with pytest.raises(Stopped, match=r"member 0: .*step 3 of 6.*member 2: .*step 3 of 5"):
        train_cast(base, [replace(parts[0], tell=stop), *parts[1:]])
    steps = [kept.step for one in parts if (kept := state.found(one.run.state))]
    assert steps == [3, 2, 3]
    done = parts[1].run.path / "pip.safetensors"
    before = done.stat().st_mtime_ns
    train_cast(base, parts)
    assert done.stat().st_mtime_ns == before
    assert not base.bank.names
    for one, other in zip(whole, parts, strict=True):
        assert farthest(one.run, other.run) < 1e-4


def test_one_that_diverges_leaves_the_others_alone(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    def poison(event: Event) -> None:
        if isinstance(event, Moved) and event.what == "training" and event.done == 1:
            (name,) = (name for name in base.bank.names if name.startswith("pip"))
            for parameter in base.bank.parameters(name).values():
                parameter.data.fill_(torch.nan)

    first, second = members(base, recipe, [{}, {}], new_run, tmp_path)
    cast = [first, replace(second, tell=poison)]
    told: list[Event] = []
    with pytest.raises(CastmatesError, match=r"member 1: The loss is no number any more in step 2"):
        train_cast(base, cast, told.append)
    assert [e.what[:8] for e in told if isinstance(e, Warned)] == ["member 1"]
    assert (cast[0].run.path / "moss.safetensors").exists()
    assert farthest(alone(base, cast[0], new_run("alone")), cast[0].run) < 1e-4
    assert not base.bank.names


def test_all_misfits_are_told_before_anything_is_encoded(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    cast = members(base, recipe, [{"length": "1 steps"}] * 3, new_run, tmp_path)
    train_cast(base, cast)
    other = [Member(m.label, m.items[:3], m.recipe, m.run, m.character) for m in cast]
    with pytest.raises(Unfit, match=r"(?s)^3 things.*is gone.*is gone.*is gone"):
        train_cast(base, other)


def test_pictures_that_members_share_are_encoded_once(
    base: Base, recipe: Recipe, new_run: NewRun, items: list[Item], monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Event] = []
    short = changed(recipe, {**SGD, "length": "1 steps"})
    cast = [
        Member(
            f"rank={n}",
            tuple(items),
            changed(short, {"rank": n}),
            new_run(f"{n}"),
            PIP,
            told.append,
        )
        for n in (1, 2, 4)
    ]
    train_cast(base, cast)
    began = [e.what for e in told if e.type == "began"]
    assert began.count("encoding") == 1
    sizes = {(one.run.state / cache.FILE).read_bytes() for one in cast}
    assert len(sizes) == 1


def test_samples_and_curves_are_those_of_one_alone(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path
) -> None:
    wanted = neutral.Samples(
        sample_every="1 steps", sample_prompts="pip, snow --s 1 --d 3 --w 64 --h 64"
    )
    told: list[Event] = []
    cast = [
        Member(
            one.label, one.items, one.recipe, one.run, PIP, told.append, (), Samples.of(wanted, PIP)
        )
        for one in members(base, recipe, [{"length": "2 steps"}] * 2, new_run, tmp_path)
    ]
    train_cast(base, cast)
    one = cast[0]
    run = new_run("alone")
    mine: list[Event] = []
    train(base, one.items, one.recipe, run, PIP, mine.append, samples=one.samples)
    drawn_alone, shared = (sorted(r.samples.iterdir()) for r in (run, one.run))
    names = [[p.name.split("_")[:3] for p in some] for some in (drawn_alone, shared)]
    assert names[0] == names[1]
    texts = [images.read_text(some[-1]) for some in (drawn_alone, shared)]
    assert texts[0] == texts[1]
    losses = [e.value for e in mine if isinstance(e, Measured) and e.name == "loss"]
    theirs = [e.value for e in told if isinstance(e, Measured) and e.name == "loss"]
    assert theirs[::2] == pytest.approx(losses, rel=1e-4)


def test_what_does_not_fit_into_memory_is_said(
    base: Base, recipe: Recipe, new_run: NewRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(base: Base, questions: list[Question]) -> list[Tensor]:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(together, "answered", full)
    cast = members(base, recipe, [{}, {}], new_run, tmp_path)
    with pytest.raises(Unfit, match="2 side by side"):
        cast_module.train_cast(base, cast)
    assert not base.bank.names

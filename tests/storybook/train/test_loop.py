"""A killed training goes on as if it had not been killed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from storybook.train import loop as loops
from storybook.train.loop import Loop, Totals
from storybook.train.settings import Budget, Rate


def _loop(path: Path, steps: int, samples: int = 0) -> Loop:
    torch.manual_seed(0)
    made = Loop(
        path, {"net": nn.Linear(3, 2)}, Budget(steps=steps), Rate(peak=0.1, warmup=1), ema=0.9
    )
    made.totals = Totals(samples=samples)
    return made


def _train(loop: Loop, stop_at: int | None = None) -> None:
    net = loop.modules["net"]
    while loop.done < 1:
        loop.clock.start()
        x = torch.randn(4, 3, generator=loop.noise) * loop.rng.random()
        loop.learn((net(x) ** 2).mean() + net(x).sum() * 0.01, 4)
        loop.save_now_and_then()
        if loop.step == stop_at:
            raise KeyboardInterrupt
    loop.save_now_and_then(finished=True)


def test_resume_equals_uninterrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loops, "SAVE_EVERY", 0.0)
    whole = _loop(tmp_path / "whole.ckpt", 8)
    _train(whole)
    with pytest.raises(KeyboardInterrupt):
        _train(_loop(tmp_path / "cut.ckpt", 8), stop_at=3)
    again = _loop(tmp_path / "cut.ckpt", 8)
    assert again.resume()
    assert again.step == 3
    _train(again)
    for one, other in zip(
        whole.modules["net"].parameters(), again.modules["net"].parameters(), strict=True
    ):
        assert torch.equal(one, other)
    assert again.totals.samples == whole.totals.samples == 32


def test_a_finished_stretch_begins_a_new_one(tmp_path: Path) -> None:
    _train(_loop(tmp_path / "a.ckpt", 4))
    again = _loop(tmp_path / "a.ckpt", 4)
    assert again.resume()
    assert again.step == 0
    assert again.totals.samples == 16


def test_shipped_weights_that_are_ahead_win(tmp_path: Path) -> None:
    _train(_loop(tmp_path / "a.ckpt", 4))
    assert not _loop(tmp_path / "a.ckpt", 4, samples=1000).resume()


def test_swap_twice_changes_nothing(tmp_path: Path) -> None:
    loop = _loop(tmp_path / "a.ckpt", 8)
    _train(loop)
    before = [p.detach().clone() for p in loop.modules["net"].parameters()]
    loop.swap()
    assert not torch.equal(before[0], next(loop.modules["net"].parameters()))
    loop.swap()
    for one, other in zip(before, loop.modules["net"].parameters(), strict=True):
        assert torch.equal(one, other)


def test_a_loss_that_is_no_number_stops_the_training(tmp_path: Path) -> None:
    loop = _loop(tmp_path / "a.ckpt", 8)
    with pytest.raises(FloatingPointError, match="step 1"):
        loop.learn(next(loop.modules["net"].parameters()).sum() * float("nan"), 1)


def test_settings_are_frozen() -> None:
    with pytest.raises(AttributeError):
        Rate().peak = 2.0  # type: ignore[misc]
    assert replace(Rate(), peak=2.0).peak == 2.0


def test_a_stop_saves_first(tmp_path: Path) -> None:
    loop = _loop(tmp_path / "a.ckpt", 8)
    loops.STOP.set()
    try:
        with pytest.raises(KeyboardInterrupt):
            _train(loop)
    finally:
        loops.STOP.clear()
    again = _loop(tmp_path / "a.ckpt", 8)
    assert again.resume()
    assert again.step == 1


def test_a_checkpoint_of_another_shape_is_left_alone(tmp_path: Path) -> None:
    _train(_loop(tmp_path / "a.ckpt", 4))
    other = Loop(tmp_path / "a.ckpt", {"net": nn.Linear(3, 5)}, Budget(steps=4), Rate())
    assert not other.resume()


@pytest.mark.parametrize(("hold", "peak"), [(True, 0.1), (False, 0.01)])
def test_a_held_rate_is_taken_up_again_and_a_fallen_one_is_not(
    tmp_path: Path, hold: bool, peak: float
) -> None:
    first = _loop(tmp_path / "a.ckpt", 4)
    first.budget = Budget(steps=4, hold=hold)
    _train(first)
    again = _loop(tmp_path / "a.ckpt", 4)
    again.rate = Rate(peak=0.01)
    assert again.resume()
    assert again.rate.peak == peak

"""The bones that every training shares: optimizer, clock, checkpoints; knows no model.

A job is a `Loop` fed with losses: it sets the rate, steps AdamW, counts active time, averages the
weights (EMA), and saves and restores all of it, so that a killed run goes on as if it had not been.
"""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import torch
from torch import Tensor, nn

from storybook.train import checkpoint
from storybook.train.clock import Clock, part_done
from storybook.train.schedule import rate_at
from storybook.train.settings import Budget, Rate

SAVE_EVERY = 120.0
STOP = threading.Event()
"""Set by the door on Ctrl-C or a termination: the next step saves and stops."""


@dataclass(frozen=True)
class Totals:
    """What went into the weights so far, over all stretches."""

    samples: int = 0
    minutes: float = 0.0


@dataclass
class Loop:
    """One stretch of training over named modules.

    `ema` keeps an average of the weights that forgets this slowly (0: none); it is quicker in the
    first steps, as if `age` steps had gone before.
    """

    path: Path
    modules: dict[str, nn.Module]
    budget: Budget
    rate: Rate
    seed: int = 0
    ema: float = 0.0
    betas: tuple[float, float] = (0.9, 0.98)
    totals: Totals = field(default=Totals())
    age: int = 0
    step: int = 0
    loss: float | None = None

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)
        self.noise = torch.Generator().manual_seed(self.seed)
        self.clock = Clock()
        self._parameters = [p for m in self.modules.values() for p in m.parameters()]
        self._parameters = [p for p in self._parameters if p.requires_grad]
        self._average = [p.detach().clone() for p in self._parameters] if self.ema else []
        self._optimizer = torch.optim.AdamW(
            self._parameters, lr=self.rate.peak, betas=self.betas, weight_decay=0.01, fused=True
        )
        self._saved = time.monotonic()

    @property
    def done(self) -> float:
        """The used part of the budget, 0..1 and a little beyond."""
        return part_done(self.budget, self.clock.minutes, self.step)

    def learn(self, loss: Tensor, samples: int) -> None:
        """One optimizer step from a loss; ends the lap that `clock.start` began."""
        rate = rate_at(self.rate, self.budget, self.done, self.step)
        for group in self._optimizer.param_groups:
            group["lr"] = rate
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(self._parameters, 1.0)
        self._optimizer.step()
        self.step += 1
        if self.ema and self.step % 4 == 0:
            age = self.age + self.step
            keep = min(self.ema, (1 + age) / (20 + age))
            torch._foreach_lerp_(self._average, [p.detach() for p in self._parameters], 1 - keep)
        value = float(loss.detach())
        if value != value:
            raise FloatingPointError(f"the loss of step {self.step} is not a number")
        self.loss = value if self.loss is None else 0.98 * self.loss + 0.02 * value
        took = self.clock.lap()
        self.totals = Totals(self.totals.samples + samples, self.totals.minutes + took / 60)

    def swap(self) -> None:
        """Exchange the weights and their average: before and after looking at the average."""
        if not self.ema:
            return
        with torch.no_grad():
            for parameter, average in zip(self._parameters, self._average, strict=True):
                kept = parameter.clone()
                parameter.copy_(average)
                average.copy_(kept)

    def save_now_and_then(self, finished: bool = False) -> None:
        """Write a checkpoint every two minutes, at the end of the stretch, and when stopped.

        Raises KeyboardInterrupt, with everything saved, after `STOP` was set.
        """
        if not finished and STOP.is_set():
            checkpoint.save(self.path, self._state(finished))
            raise KeyboardInterrupt
        if not finished and time.monotonic() - self._saved < SAVE_EVERY:
            return
        checkpoint.save(self.path, self._state(finished))
        self._saved = time.monotonic()

    def _state(self, finished: bool) -> checkpoint.State:
        return {
            "modules": {name: m.state_dict() for name, m in self.modules.items()},
            "average": self._average,
            "optimizer": self._optimizer.state_dict(),
            "random": checkpoint.random_state(self.rng, self.noise),
            "step": self.step,
            "age": self.age,
            "spent": self.clock.spent,
            "peak": self.rate.peak,
            "hold": self.budget.hold,
            "loss": self.loss,
            "samples": self.totals.samples,
            "minutes": self.totals.minutes,
            "finished": finished,
        }

    def resume(self) -> bool:
        """Go on from the checkpoint, if there is one that is not behind the shipped weights.

        A finished stretch's checkpoint begins a new stretch with its optimizer and average, and
        with its rate, if that was held and did not fall. A checkpoint of networks of another shape
        (other settings, another world) is left alone.
        """
        state = checkpoint.load(self.path)
        if state is None or state["samples"] < self.totals.samples or not self._fits(state):
            return False
        for name, module in self.modules.items():
            module.load_state_dict(state["modules"][name])
        with torch.no_grad():
            for average, saved in zip(self._average, state["average"], strict=True):
                average.copy_(saved)
        self._optimizer.load_state_dict(state["optimizer"])
        checkpoint.restore_random(state["random"], self.rng, self.noise)
        self.totals = Totals(state["samples"], state["minutes"])
        self.loss = state["loss"]
        if not state["finished"]:
            self.step, self.age = state["step"], state["age"]
            self.clock.spent = state["spent"]
        else:
            self.age = state["age"] + state["step"]
        if not state["finished"] or state["hold"]:
            self.rate = replace(self.rate, peak=state["peak"])
        return True

    def _fits(self, state: checkpoint.State) -> bool:
        return all(
            {key: value.shape for key, value in module.state_dict().items()}
            == {key: value.shape for key, value in state["modules"][name].items()}
            for name, module in self.modules.items()
        )

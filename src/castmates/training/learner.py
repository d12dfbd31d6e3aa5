"""The adapter that learns, its optimizer, and one step of it; knows no files and no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from math import inf, isfinite, nan
from pathlib import Path

import torch
from torch import Tensor, nn

from castmates.adapters.factors import Adapter
from castmates.families.base import Base
from castmates.training import optimizers
from castmates.training.adapter import entered, gate_of
from castmates.training.arithmetic import Scaler, half_for
from castmates.training.asking import Question, Work, alone
from castmates.training.averaging import Average
from castmates.training.blocks import blocks_of
from castmates.training.lessons import Batch
from castmates.training.losses import Seen, loss_of
from castmates.training.objective import noised, target
from castmates.training.parameter_groups import groups_of
from castmates.training.preservation import with_own_answers
from castmates.training.recipe import Recipe
from castmates.training.state import State, optimizer_tensors, put_back
from castmates.training.texts import layer_of

Batches = Batch | Sequence[Batch]
"""What one update learns from."""


def _several(batches: Batches) -> Sequence[Batch]:
    return (batches,) if isinstance(batches, Batch) else batches


class Learner:
    """One adapter in the base's bank, being trained.

    Factors, optimizer and loss are float32; the frozen base computes in `half`. The adapter leaves
    the bank with `leave()`.

    Attributes:
        half: the half format of the base's arithmetic; None: float32.
        average: of the factors, where the recipe asks for it.

    Args:
        start: an adapter file to go on from; None: new factors.

    Raises:
        Unfit: the recipe's targets match no layer of the base, or not the file's.
        BadInput: the optimizer does not take its arguments.
    """

    def __init__(self, base: Base, recipe: Recipe, name: str, start: Path | None = None) -> None:
        self._base, self._recipe, self._name = base, recipe, name
        self.half = half_for(recipe.precision, base.device)
        self._scaler = Scaler() if self.half == torch.float16 else None
        self._alphas = base.alphas_cumprod.float().to(base.device)
        self._updates = 0
        self._factors = entered(base, recipe, name, start)
        groups = groups_of(recipe, self._factors, blocks_of(recipe, base.bank.layers))
        self._optimizer = optimizers.make(recipe, groups, base.device)
        self.average = Average(self._factors, recipe.ema) if recipe.ema else None

    def learn(self, batches: Batches, factor: float) -> float:
        """One optimizer update, all by itself (`learning`)."""
        return alone(self._base, self.learning(batches, factor))

    def learning(self, batches: Batches, factor: float) -> Work[float]:
        """One optimizer update at `factor` x the recipe's rates; returns the loss before it.

        The gradients of several batches are gathered: each counts by its rows, so that they are
        those of one batch of all rows.

        When loss or gradient are not finite the adapter stays as it was, and nan is returned. In
        float16 an overflow of the gradient alone only leaves this update out.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = group["full_rate"] * factor
        self._optimizer.zero_grad(set_to_none=True)
        scale = 1.0 if self._scaler is None else self._scaler.scale
        loss = yield from self._gathering(batches, scale)
        if not self._clipped(loss):
            if self._scaler is None or self._scaler.gave_up or not isfinite(loss.item()):
                return nan
        else:
            self._optimizer.step()
            if self._recipe.max_norm:
                self._base.bank.scale_down(self._name, self._recipe.max_norm)
        self._updates += 1
        if self.average is not None:
            self.average.follow(self._factors, self._updates)
        return loss.item()

    def _gathering(self, batches: Batches, scale: float) -> Work[Tensor]:
        """The mean loss over the rows of several batches; its gradients, times `scale`."""
        several = _several(batches)
        rows = [len(batch.words) for batch in several]
        found = []
        for number, batch in enumerate(several):
            share = rows[number] / sum(rows)
            place = (self._updates, number) if number else (self._updates,)
            loss = yield from self._asking(batch, place, learns=scale * share)
            found.append(loss if share == 1 else loss * share)
        return found[0] if len(found) == 1 else torch.stack(found).sum()

    def _clipped(self, loss: Tensor) -> bool:
        """Clip the gradients of a loss; whether it and they are numbers."""
        scaler = self._scaler
        if scaler is not None:
            scaler.unscale(self._factors.values())
        clip = self._recipe.max_grad_norm or inf
        norm = nn.utils.clip_grad_norm_(self._factors.values(), clip)
        finite = bool(torch.isfinite(loss) and torch.isfinite(norm))
        if scaler is not None:
            scaler.note(finite)
        return finite

    def rates(self) -> dict[str, float]:
        """What the last update moved by: `unet_rate`, `text_rate`; `unet_step`, `text_step` of
        optimizers that multiply the rate by an estimate of their own."""
        found: dict[str, float] = {}
        for group in self._optimizer.param_groups:
            size = optimizers.step_size(group, self._optimizer.state)
            own = optimizers.finds_its_rate(group)
            found[f"{group['part']}_rate"] = group["lr"] if own else size
            if own:
                found[f"{group['part']}_step"] = size
        return found

    def loss(self, batch: Batch, *, bare: bool = False) -> Tensor:
        """The weighted squared error on a batch, with the adapter at strength 1; no gradients.

        Args:
            bare: without the adapter.
        """
        return alone(self._base, self._asking(batch, bare=bare))

    def _asking(
        self,
        batch: Batch,
        place: tuple[object, ...] | None = None,
        *,
        bare: bool = False,
        learns: float | None = None,
    ) -> Work[Tensor]:
        """The loss on a batch.

        Args:
            place: names this forward in the run, for what is left out by chance; None: nothing is.
            learns: as of a `Question`.
        """
        base, kind = self._base, self._base.facts.prediction
        x, e = batch.latents.to(base.device), batch.noise.to(base.device)
        t = batch.timesteps.to(base.device)
        a = self._alphas[t]
        gate = None if bare else gate_of(self._recipe, self._name, len(t), place)
        more = 0.0 if batch.more_noise is None else batch.more_noise.to(base.device)
        noisy, wanted = noised(x, e + more, a, kind), target(x, e, a, kind)
        most, half = self._recipe.max_tokens, self.half
        asked = Question(
            noisy,
            t,
            batch.words,
            batch.text,
            most,
            gate,
            half,
            frames=batch.frames,
            guidance=self._recipe.guidance,
            skip=layer_of(self._recipe, base),
        )
        wanted = yield from with_own_answers(asked, batch.preserved, wanted)
        weights, mask = (
            None if one is None else one.to(base.device) for one in (batch.weights, batch.mask)
        )
        seen = Seen(t, a, weights, mask)
        scored = partial(loss_of, wanted=wanted, seen=seen, prediction=kind, recipe=self._recipe)
        loss = yield replace(asked, scored=scored, learns=learns)
        return loss

    def likely_cause(self, batches: Batches) -> str:
        """Why a batch's loss or gradient is no number, in words; it is tried without the adapter
        and in float32."""
        half = self.half
        try:
            if not self._finite(batches, bare=True):
                self.half = None
                if half is not None and self._finite(batches, bare=True):
                    return f'{half} overflows in the base itself; set precision = "fp32"'
                return (
                    "the base says no numbers even without the adapter, so its weights or "
                    "these pictures are broken"
                )
            self.half = None
            if half is not None and self._finite(batches):
                return f'{half} overflows; set precision = "fp32"'
            if self._finite(batches):
                return "its gradient overflows, so the rates are too high"
            return "the adapter has grown beyond all bounds, so the rates are too high"
        finally:
            self.half = half

    def _finite(self, batches: Batches, bare: bool = False) -> bool:
        return all(bool(torch.isfinite(self.loss(batch, bare=bare))) for batch in _several(batches))

    def measure(self, batches: Sequence[Batch]) -> float:
        """The mean loss over batches, all by itself (`measuring`)."""
        return alone(self._base, self.measuring(batches))

    def measuring(self, batches: Sequence[Batch]) -> Work[float]:
        """The mean loss over batches, per picture, without learning from them."""
        sums = []
        for batch in batches:
            loss = yield from self._asking(batch)
            sums.append(loss.item() * len(batch.words))
        return sum(sums) / sum(len(batch.words) for batch in _several(batches))

    def state(self, step: int) -> State:
        """What is needed to go on after `step` updates."""
        along = [one.tensors() for one in (self._scaler, self.average) if one is not None]
        more = {name: tensor for tensors in along for name, tensor in tensors.items()}
        return State(step, dict(self._factors), optimizer_tensors(self._optimizer), more)

    def go_on(self, kept: State) -> None:
        """Put factors and optimizer back where `state` found them."""
        with torch.no_grad():
            for name, parameter in self._factors.items():
                parameter.copy_(kept.factors[name])
        put_back(self._optimizer, kept.optimizer)
        for one in (self._scaler, self.average):
            if one is not None:
                one.put_back(kept.more)
        self._updates = kept.step

    def adapter(self) -> Adapter:
        """The adapter as it is now."""
        return self._base.bank.adapter(self._name)

    def averaged(self) -> Adapter:
        """The running average of the adapter; without one, the adapter itself."""
        if self.average is None:
            return self.adapter()
        with self.average.shown(self._factors):
            return self.adapter()

    def leave(self) -> None:
        """Take the adapter out of the base."""
        self._base.bank.remove(self._name)

"""The adapter that learns, its optimizer, and one step of it; knows no files and no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from math import inf, isfinite, nan

import torch
from torch import Tensor, nn

from castmates.adapters.factors import Adapter
from castmates.families.base import Base
from castmates.training import optimizers
from castmates.training.adapter import entered, gate_of
from castmates.training.arithmetic import Scaler, half_for
from castmates.training.averaging import Average
from castmates.training.lessons import Batch
from castmates.training.losses import Seen, loss_of
from castmates.training.objective import noised, target
from castmates.training.preservation import with_own_answers
from castmates.training.recipe import Recipe
from castmates.training.state import State, optimizer_tensors, put_back


class Learner:
    """One adapter in the base's bank, being trained.

    Factors, optimizer and loss are float32; the frozen base computes in `half`. The adapter leaves
    the bank with `leave()`.

    Attributes:
        half: the half format of the base's arithmetic; None: float32.
        average: of the factors, where the recipe asks for it.

    Raises:
        Unfit: the recipe's targets match no layer of the base.
        BadInput: the optimizer does not take its arguments.
    """

    def __init__(self, base: Base, recipe: Recipe, name: str) -> None:
        self._base, self._recipe, self._name = base, recipe, name
        self.half = half_for(recipe.precision, base.device)
        self._scaler = Scaler() if self.half == torch.float16 else None
        self._alphas = base.alphas_cumprod.float().to(base.device)
        self._updates = 0
        self._factors = entered(base, recipe, name)
        text = {k: p for k, p in self._factors.items() if k.startswith("lora_te")}
        unet = {k: p for k, p in self._factors.items() if k not in text}
        groups = [
            {"params": list(held.values()), "lr": rate, "full_rate": rate, "part": part}
            for part, held, rate in (
                ("unet", unet, recipe.unet_rate),
                ("text", text, recipe.text_rate),
            )
            if held
        ]
        self._optimizer = optimizers.make(recipe, groups, base.device)
        self.average = Average(self._factors, recipe.ema) if recipe.ema else None

    def learn(self, batch: Batch, factor: float) -> float:
        """One optimizer update at `factor` x the recipe's rates; returns the loss before it.

        When loss or gradient are not finite the adapter stays as it was, and nan is returned. In
        float16 an overflow of the gradient alone only leaves this update out.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = group["full_rate"] * factor
        self._optimizer.zero_grad(set_to_none=True)
        loss = self.loss(batch, (self._updates,))
        if not self._gradients(loss):
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

    def _gradients(self, loss: Tensor) -> bool:
        """The gradients of a loss, clipped; whether it and they are numbers."""
        scaler = self._scaler
        (loss if scaler is None else loss * scaler.scale).backward()  # type: ignore[no-untyped-call]
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

    def loss(
        self, batch: Batch, place: tuple[object, ...] | None = None, *, bare: bool = False
    ) -> Tensor:
        """The weighted squared error on a batch, with the adapter at strength 1.

        Args:
            place: names this forward in the run, for what is left out by chance; None: nothing is.
            bare: without the adapter.
        """
        base, kind = self._base, self._base.facts.prediction
        x, e = batch.latents.to(base.device), batch.noise.to(base.device)
        t = batch.timesteps.to(base.device)
        a = self._alphas[t]
        gate = None if bare else gate_of(self._recipe, self._name, len(t), place)
        more = 0.0 if batch.more_noise is None else batch.more_noise.to(base.device)
        noisy, wanted = noised(x, e + more, a), target(x, e, a, kind)
        with base.bank.gated(gate), self._computing():
            text = batch.text
            if text is None:
                text = base.encode_text(batch.words, self._recipe.max_tokens)
            said = base.denoise(noisy, t, text.to(base.device))
            wanted = with_own_answers(base, batch, noisy, wanted, self._recipe.max_tokens)
        weights, mask = (
            None if one is None else one.to(base.device) for one in (batch.weights, batch.mask)
        )
        return loss_of(said, wanted, Seen(t, a, weights, mask), kind, self._recipe)

    def likely_cause(self, batch: Batch) -> str:
        """Why a batch's loss or gradient is no number, in words; it is tried without the adapter
        and in float32."""
        half = self.half
        try:
            with torch.no_grad():
                if not self._finite(batch, bare=True):
                    self.half = None
                    if half is not None and self._finite(batch, bare=True):
                        return f'{half} overflows in the base itself; set precision = "fp32"'
                    return (
                        "the base says no numbers even without the adapter, so its weights or "
                        "these pictures are broken"
                    )
                self.half = None
                if half is not None and self._finite(batch):
                    return f'{half} overflows; set precision = "fp32"'
                if self._finite(batch):
                    return "its gradient overflows, so the rates are too high"
                return "the adapter has grown beyond all bounds, so the rates are too high"
        finally:
            self.half = half

    def _finite(self, batch: Batch, bare: bool = False) -> bool:
        return bool(torch.isfinite(self.loss(batch, bare=bare)))

    def measure(self, batches: Sequence[Batch]) -> float:
        """The mean loss over batches, per picture, without learning from them."""
        with torch.no_grad():
            sums = [self.loss(batch).item() * len(batch.words) for batch in batches]
        return sum(sums) / sum(len(batch.words) for batch in batches)

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

    def _computing(self) -> AbstractContextManager[object]:
        if self.half is None:
            return nullcontext()
        return torch.autocast(torch.device(self._base.device).type, dtype=self.half)

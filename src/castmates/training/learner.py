"""The adapter that learns, its optimizer, and one step of it; knows no files and no pictures."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from math import inf, nan

import torch
from torch import Tensor, nn

from castmates.adapters.factors import Adapter
from castmates.adapters.lora import fresh
from castmates.families.base import Base
from castmates.families.precision import half_on
from castmates.training.lessons import Batch
from castmates.training.objective import loss_of, noised, target
from castmates.training.recipe import Recipe
from castmates.training.state import State, optimizer_tensors, put_back


class Learner:
    """One adapter in the base's bank, being trained.

    Factors, optimizer and loss are float32; the frozen base computes in bfloat16 where the device
    has the instructions for it. The adapter leaves the bank with `leave()`.

    Raises:
        Unfit: the recipe's targets match no layer of the base.
    """

    def __init__(self, base: Base, recipe: Recipe, name: str) -> None:
        self._base, self._recipe, self._name = base, recipe, name
        self._half = half_on(base.device)
        self._alphas = base.alphas_cumprod.float().to(base.device)
        self._factors = _enter(base, recipe, name)
        text = {k: p for k, p in self._factors.items() if k.startswith("lora_te")}
        unet = {k: p for k, p in self._factors.items() if k not in text}
        groups = [
            {"params": list(part.values()), "lr": rate, "full_rate": rate}
            for part, rate in ((unet, recipe.unet_rate), (text, recipe.text_rate))
            if part
        ]
        self._optimizer = torch.optim.AdamW(
            groups, betas=recipe.betas, weight_decay=recipe.weight_decay, fused=_can_fuse(base)
        )

    def learn(self, batch: Batch, factor: float) -> float:
        """One optimizer update at `factor` x the recipe's rates; returns the loss before it.

        When loss or gradient are not finite the adapter stays as it was, and nan is returned.
        """
        for group in self._optimizer.param_groups:
            group["lr"] = group["full_rate"] * factor
        self._optimizer.zero_grad(set_to_none=True)
        loss = self.loss(batch)
        loss.backward()  # type: ignore[no-untyped-call]
        clip = self._recipe.max_grad_norm or inf
        norm = nn.utils.clip_grad_norm_(self._factors.values(), clip)
        if not (torch.isfinite(loss) and torch.isfinite(norm)):
            return nan
        self._optimizer.step()
        return loss.item()

    def loss(self, batch: Batch) -> Tensor:
        """The weighted squared error on a batch, with the adapter at strength 1."""
        base, kind = self._base, self._base.facts.prediction
        x, e = batch.latents.to(base.device), batch.noise.to(base.device)
        t = batch.timesteps.to(base.device)
        a = self._alphas[t]
        with base.bank.rows([{self._name: 1.0}] * len(t)), self._computing():
            text = base.encode_text(batch.words)
            said = base.denoise(noised(x, e, a), t, text)
        return loss_of(said, target(x, e, a, kind), a, kind, self._recipe.min_snr_gamma)

    def measure(self, batches: Sequence[Batch]) -> float:
        """The mean loss over batches, per picture, without learning from them."""
        with torch.no_grad():
            sums = [self.loss(batch).item() * len(batch.words) for batch in batches]
        return sum(sums) / sum(len(batch.words) for batch in batches)

    def state(self, step: int) -> State:
        """What is needed to go on after `step` updates."""
        return State(step, dict(self._factors), optimizer_tensors(self._optimizer))

    def go_on(self, kept: State) -> None:
        """Put factors and optimizer back where `state` found them."""
        with torch.no_grad():
            for name, parameter in self._factors.items():
                parameter.copy_(kept.factors[name])
        put_back(self._optimizer, kept.optimizer)

    def adapter(self) -> Adapter:
        """The adapter as it is now."""
        return self._base.bank.adapter(self._name)

    def leave(self) -> None:
        """Take the adapter out of the base."""
        self._base.bank.remove(self._name)

    def _computing(self) -> AbstractContextManager[object]:
        if self._half is None:
            return nullcontext()
        return torch.autocast(torch.device(self._base.device).type, dtype=self._half)


def _can_fuse(base: Base) -> bool:
    """One kernel for the whole update; the CPU and CUDA have it."""
    return torch.device(base.device).type in ("cpu", "cuda")


def _enter(base: Base, recipe: Recipe, name: str) -> dict[str, nn.Parameter]:
    """A fresh adapter in the bank; its trainable factors by their keys in a file."""
    adapter = fresh(
        base.bank,
        name,
        rank=recipe.rank,
        alpha=recipe.alpha,
        conv_rank=recipe.conv_rank,
        conv_alpha=recipe.conv_alpha,
        text_encoder=recipe.trains_text,
        seed=recipe.seed,
    )
    base.bank.add(adapter)
    base.bank.train_one(name)
    return base.bank.parameters(name)

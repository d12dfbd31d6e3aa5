"""Prodigy: Adam that finds its own rate; knows no recipe and no network.

Mishchenko & Defazio 2023 (2306.06101), "Prodigy: An Expeditiously Adaptive Parameter-Free Learner",
algorithm 4. The names of the arguments are those that trainers hand on (`d_coef`, `decouple`, …).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import inf, sqrt
from typing import Any

import torch
from torch import Tensor
from torch.optim import Optimizer


class Prodigy(Optimizer):
    """Adam's step times d, an estimate from below of the distance to the solution.

        m = b1 m + (1 - b1) d g            r = b3 r + (1 - b3) rate d^2 <g, w0 - w>
        v = b2 v + (1 - b2) d^2 g^2        s = b3 s + (1 - b3) rate d^2 g
        w = w - rate d m / (sqrt(v) + d eps);  then  d = max(d, d_coef r / |s|_1)

    d is one for all parameters. Groups may have rates of their own: each weighs in r and s with
    its own. With equal rates, about 1, it is the paper's algorithm.

    Args:
        params: parameters, or groups of them with an `lr` of their own.
        lr: the rate that d is multiplied by; leave it at 1.
        betas: (b1, b2).
        beta3: of r and s; None: sqrt(b2).
        eps: keeps Adam's division finite.
        weight_decay: with `decouple` as in AdamW, else added to the gradient.
        use_bias_correction: Adam's, on the rate.
        safeguard_warmup: the rate is left out of s, so that a warm-up does not blow d up.
        d0: the first d. d_coef: scales the estimate. growth_rate: d grows at most by this factor.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1.0,
        betas: tuple[float, float] = (0.9, 0.999),
        weight_decay: float = 0.0,
        **others: Any,
    ) -> None:
        own = {**ARGUMENTS, **others}
        if unknown := own.keys() - ARGUMENTS.keys():
            raise TypeError(f"Prodigy has no argument {', '.join(sorted(unknown))}")
        if own["d0"] <= 0 or own["d_coef"] <= 0 or own["growth_rate"] <= 1:
            raise ValueError("d0 and d_coef must be above 0, growth_rate above 1")
        if own["beta3"] is None:
            own["beta3"] = sqrt(betas[1])
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, **own})
        for group in self.param_groups:
            group |= {"d": group["d0"], "d_max": group["d0"], "r": 0.0, "k": 0}

    @property
    def d(self) -> float:
        """The estimate as it is now."""
        return float(self.param_groups[0]["d"])

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One update; a closure is called first, as torch's optimizers do."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        first, d = self.param_groups[0], self.d
        r, sizes = first["beta3"] * first["r"], []
        for group in self.param_groups:
            rate, towards = _rate(group), []
            for weight in group["params"]:
                if weight.grad is not None:
                    towards.append(self._remember(weight, group, rate, d))
                    sizes.append(self.state[weight]["s"].abs().sum())
            if towards:
                r += (1 - first["beta3"]) * rate * d * d * float(torch.stack(towards).sum())
        size = float(torch.stack(sizes).sum()) if sizes else 0.0
        if size == 0:
            return loss
        for group in self.param_groups:
            self._move(group, _rate(group) * d, d)
        most = max(first["d_max"], first["d_coef"] * r / size)
        for group in self.param_groups:
            d_next = min(most, d * first["growth_rate"])
            group |= {"d": d_next, "d_max": most, "r": r, "k": group["k"] + 1}
        return loss

    def _remember(self, weight: Tensor, group: dict[str, Any], rate: float, d: float) -> Tensor:
        """Let the gradient into m, v and s; <g, w0 - w>."""
        assert weight.grad is not None
        grad, state = weight.grad, self.state[weight]
        if group["weight_decay"] and not group["decouple"]:
            grad = grad.add(weight, alpha=group["weight_decay"])
        if not state:
            state["w0"] = weight.clone()
            state |= {name: torch.zeros_like(weight) for name in ("m", "v", "s")}
        b1, b2 = group["betas"]
        state["m"].mul_(b1).add_(grad, alpha=(1 - b1) * d)
        state["v"].mul_(b2).addcmul_(grad, grad, value=(1 - b2) * d * d)
        weight_of_s = d * d * (1.0 if group["safeguard_warmup"] else rate)
        state["s"].mul_(group["beta3"]).add_(grad, alpha=(1 - group["beta3"]) * weight_of_s)
        towards: Tensor = grad * (state["w0"] - weight)
        return towards.sum()

    def _move(self, group: dict[str, Any], rate: float, d: float) -> None:
        for weight in group["params"]:
            if weight.grad is None:
                continue
            state = self.state[weight]
            if group["weight_decay"] and group["decouple"]:
                weight.mul_(1 - rate * group["weight_decay"])
            weight.addcdiv_(state["m"], state["v"].sqrt().add_(d * group["eps"]), value=-rate)


ARGUMENTS: dict[str, Any] = {
    "beta3": None,
    "eps": 1e-8,
    "decouple": True,
    "use_bias_correction": False,
    "safeguard_warmup": False,
    "d0": 1e-6,
    "d_coef": 1.0,
    "growth_rate": inf,
}
"""Prodigy's own arguments and what they are when nothing is said."""


def _rate(group: dict[str, Any]) -> float:
    """The group's rate, with Adam's correction of the first steps if that is asked for."""
    rate = float(group["lr"])
    if group["use_bias_correction"]:
        (b1, b2), k = group["betas"], group["k"] + 1
        rate *= sqrt(1 - b2**k) / (1 - b1**k)
    return rate

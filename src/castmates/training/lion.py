"""Lion: every weight moves by the rate, up or down; knows no recipe and no network.

Chen et al. 2023 (2302.06675), "Symbolic Discovery of Optimization Algorithms", algorithm 2.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch.optim import Optimizer


class Lion(Optimizer):
    """update = sign(b1 m + (1 - b1) g);  w = w - rate (update + decay w);  m = b2 m + (1 - b2) g.

    Args:
        params: parameters, or groups of them with an `lr` of their own.
        lr: the rate; about a third to a tenth of AdamW's.
        betas: (b1, b2).
        weight_decay: decoupled; about three to ten times AdamW's.
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
    ) -> None:
        if not all(0 <= beta < 1 for beta in betas):
            raise ValueError(f"betas {betas} are not in 0 … 1")
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure: Callable[[], float] | None = None) -> float | None:  # type: ignore[override]
        """One update; a closure is called first, as torch's optimizers do."""
        with torch.enable_grad():
            loss = None if closure is None else closure()
        for group in self.param_groups:
            rate, (keep, slow) = group["lr"], group["betas"]
            for weight in group["params"]:
                if weight.grad is None:
                    continue
                momentum = self.state[weight].setdefault("exp_avg", torch.zeros_like(weight))
                update = torch.lerp(weight.grad, momentum, keep).sign_()
                weight.mul_(1 - rate * group["weight_decay"]).sub_(update, alpha=rate)
                momentum.lerp_(weight.grad, 1 - slow)
        return loss

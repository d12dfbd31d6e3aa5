"""Make adapters whose up factors are not zero."""

from __future__ import annotations

from dataclasses import replace

import torch

from castmates.adapters.factors import Adapter, Factors, kind_of
from castmates.adapters.layer import Bank
from castmates.adapters.lora import fresh


def strong(bank: Bank, name: str, seed: int = 0, *, rank: int = 3, conv_rank: int = 2) -> Adapter:
    """A LoCon on all default targets of a base."""
    adapter = fresh(bank, name, rank=rank, alpha=rank / 2, conv_rank=conv_rank, seed=seed)
    numbers = torch.Generator().manual_seed(seed)
    factors = {
        key: replace(f, up=0.3 * torch.randn(f.up.shape, generator=numbers))
        for key, f in adapter.factors.items()
    }
    return replace(adapter, factors=factors)


def for_small(name: str, rank: int, seed: int, alpha: float = 2.0) -> Adapter:
    """An adapter on the three layers of `conftest.Small`."""
    numbers = torch.Generator().manual_seed(seed)

    def some(*shape: int) -> torch.Tensor:
        return torch.randn(shape, generator=numbers) / 3

    factors = {
        "lora_unet_wide": Factors(some(rank, 6, 3, 3), some(8, rank, 1, 1), alpha / rank),
        "lora_unet_narrow": Factors(some(rank, 8, 1, 1), some(5, rank, 1, 1), alpha / rank),
        "lora_unet_line": Factors(some(rank, 5), some(7, rank), alpha / rank),
    }
    return Adapter(name, kind_of(factors), factors)

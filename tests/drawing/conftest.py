"""Tiny bases with random weights, and adapters that really change what they draw."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from castmates.adapters.factors import Adapter, Factors
from castmates.families.base import Base
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    at = tmp_path_factory.mktemp("bases")
    return {
        "epsilon": tiny(at / "epsilon", prediction="epsilon"),
        "v_zero_snr": tiny(at / "v_zero_snr", prediction="v_prediction", zero_snr=True),
    }


@pytest.fixture(scope="session")
def bases(folders: dict[str, Path]) -> dict[str, Base]:
    opened = {kind: open_base(folder) for kind, folder in folders.items()}
    for base in opened.values():
        for seed, name in enumerate(("pip", "moss")):
            base.bank.add(adapter_of(base, name, seed))
    return opened


@pytest.fixture
def base(bases: dict[str, Base]) -> Base:
    return bases["v_zero_snr"]


@pytest.fixture
def strong() -> Callable[[Base, str, int], Adapter]:
    return adapter_of


def adapter_of(base: Base, name: str, seed: int) -> Adapter:
    """A LoRA on every layer, none of its factors zero: it changes the picture at once."""
    numbers = torch.Generator().manual_seed(seed)
    factors = {}
    for layer, shape in base.bank.shapes(conv=True).items():
        down = 0.2 * torch.randn(shape.down(4), generator=numbers)
        up = 0.2 * torch.randn(shape.up(4), generator=numbers)
        factors[layer] = Factors(down, up, scale=1.0)
    return Adapter(name, "locon", factors)

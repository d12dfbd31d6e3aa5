"""A tiny base, and adapters that really change what it says."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import nn

from castmates.adapters.layer import Bank
from castmates.families.base import Base
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny(tmp_path_factory.mktemp("tiny") / "base")


@pytest.fixture(scope="session")
def opened(folder: Path) -> Base:
    return open_base(folder)


@pytest.fixture
def base(opened: Base) -> Iterator[Base]:
    yield opened
    opened.bank.eject()


class Small(nn.Module):
    """A linear layer, a 3x3 with stride, and a 1x1, under names that kohya's table knows."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Conv2d(6, 8, 3, stride=2, padding=1)
        self.narrow = nn.Conv2d(8, 5, 1)
        self.line = nn.Linear(5, 7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        seen = self.narrow(torch.tanh(self.wide(x))).flatten(2).transpose(1, 2)
        out: torch.Tensor = self.line(seen)
        return out


@pytest.fixture
def small() -> Small:
    torch.manual_seed(0)
    return Small().requires_grad_(False)


@pytest.fixture
def small_bank(small: Small) -> Bank:
    return Bank({"lora_unet": small}, "the small base")

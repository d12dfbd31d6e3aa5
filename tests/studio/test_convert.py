"""The plain LoRA beside an adapter of another kind."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from castmates.adapters.file import load
from castmates.core.errors import Missing
from castmates.core.events import Event, Made, Warned
from castmates.studio.convert import convert, plain_beside
from tests.adapters.written import Q, kohya, loha, some, written


def test_a_loha_has_a_plain_lora_beside_it_that_does_the_same(tmp_path: Path) -> None:
    single = {key: tensor.float() for key, tensor in loha(rank=3).items()}
    path, told = written(tmp_path / "pip.safetensors", single), list[Event]()
    beside = plain_beside(path, told.append)
    assert beside == tmp_path / "pip-lora.safetensors"
    found, wanted = load(beside).factors[Q], load(path).factors[Q]
    assert found.rank == 9
    torch.testing.assert_close(found.delta(), wanted.delta(), atol=1e-6, rtol=1e-6)
    assert isinstance(told[0], Made)
    assert "weight differences are the same" in told[0].what


def test_a_large_one_becomes_the_nearest_and_says_how_near(tmp_path: Path) -> None:
    path = tmp_path / "pip.safetensors"
    written(path, {f"{Q}.lokr_w1": some(12, 12), f"{Q}.lokr_w2": some(16, 16)})
    told: list[Event] = []
    beside = plain_beside(path, told.append)
    assert beside is not None
    assert load(beside).factors[Q].rank == 128
    assert isinstance(told[0], Made)
    assert "off by" in told[0].what


def test_none_stays_beside_a_plain_adapter_or_a_dora(tmp_path: Path) -> None:
    path = kohya(tmp_path / "pip.safetensors")
    (tmp_path / "pip-lora.safetensors").write_bytes(b"an earlier one")
    assert plain_beside(path) is None
    assert [p.name for p in tmp_path.iterdir()] == ["pip.safetensors"]
    told: list[Event] = []
    written(path, {**loha(), f"{Q}.dora_scale": some(5, 1)})
    assert plain_beside(path, told.append) is None
    assert isinstance(told[0], Warned)


def test_one_file_is_converted_and_several_are_merged(tmp_path: Path) -> None:
    first, second = kohya(tmp_path / "a.safetensors"), kohya(tmp_path / "b.safetensors")
    out = tmp_path / "c.safetensors"
    assert convert([first], out).rank == 3
    assert convert([first, second], out).rank == 6
    assert convert([first], out, weights=[0.5]).notes[0] == "0.5 x a"
    with pytest.raises(Missing, match="gone"):
        convert([first, tmp_path / "gone.safetensors"], out)

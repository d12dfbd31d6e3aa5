"""A broken embedded base is told in one sentence, with the command that mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.families import shelf
from castmates.families.shelf import open_base
from castmates.files import embedded

COMMAND = "Run: python -m pip install --force-reinstall castmates"
SHARD = "unet/diffusion_pytorch_model-00002-of-00003.safetensors"


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded base in a place of its own, as an installation without a checkout has it."""
    folder = tmp_path / "a" / "b" / "embedded"
    shutil.copytree(embedded.FOLDER / "base", folder / "base")
    for module in (embedded, shelf):
        monkeypatch.setattr(module, "FOLDER", folder)
    return folder / "base"


def told(kind: type[CastmatesError]) -> CastmatesError:
    with pytest.raises(kind) as caught:
        open_base("storybook")
    return caught.value


def test_a_file_that_is_cut_off(copy: Path) -> None:
    shard = copy / SHARD
    shard.write_bytes(shard.read_bytes()[:100_000])
    error = told(BadInput)
    assert "it is cut off" in str(error)
    assert COMMAND in str(error)


def test_a_file_that_is_missing(copy: Path) -> None:
    (copy / SHARD).unlink()
    assert COMMAND in str(told(BadInput))


def test_a_part_that_is_missing(copy: Path) -> None:
    shutil.rmtree(copy / "vae")
    error = told(BadInput)
    assert "vae" in str(error)
    assert COMMAND in str(error)


def test_all_of_it_missing(copy: Path) -> None:
    shutil.rmtree(copy)
    assert COMMAND in str(told(Missing))

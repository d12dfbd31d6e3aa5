"""The shelf opens upscalers by name and file, and helps with what is not there."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch as safe

from castmates.backends.esrgan_upscaler import Tiles
from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.backends.upscalers import UPSCALERS, named_upscaler, open_upscaler
from castmates.core.errors import BadInput, Missing
from castmates.core.ports import Upscaler


def test_the_shelf_opens_a_file(tmp_path: Path) -> None:
    network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=1, doublings=1))
    safe.save_file(network.state_dict(), tmp_path / "2x.safetensors")
    upscaler = open_upscaler(f"esrgan:{tmp_path / '2x.safetensors'}")
    assert isinstance(upscaler, Upscaler)
    assert upscaler.factor == 2
    assert upscaler.upscale(np.zeros((5, 7, 3), np.uint8)).shape == (10, 14, 3)


def test_what_is_not_there_is_told() -> None:
    assert set(UPSCALERS) >= {"storybook", "esrgan"}
    with pytest.raises(BadInput, match="Did you mean 'storybook'"):
        open_upscaler("storybok")
    with pytest.raises(BadInput, match="wants a file"):
        open_upscaler("esrgan")
    with pytest.raises(Missing, match="4x"):
        open_upscaler("esrgan:nowhere/4x.safetensors")


def test_tiles_can_be_said(tmp_path: Path) -> None:
    network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=1, doublings=1))
    safe.save_file(network.state_dict(), tmp_path / "2x.safetensors")
    name = f"esrgan:{tmp_path / '2x.safetensors'}"
    assert getattr(open_upscaler(name, 64), "tiles", None) == Tiles(64, 32)
    assert getattr(open_upscaler(name, 64, 8), "tiles", None) == Tiles(64, 8)
    assert getattr(open_upscaler(name, None, 40), "tiles", None) == Tiles(512, 40)
    with pytest.raises(BadInput, match="Tiles of 8 px"):
        open_upscaler(name, 8)


@pytest.mark.parametrize(
    ("said", "name", "asked"),
    [
        ("storybook", "storybook", "storybook"),
        ("lanczos", "lanczos", "lanczos"),
        ("4x.safetensors", "4x", "esrgan:4x.safetensors"),
        ("models/4x.pth", "4x", "esrgan:models/4x.pth"),
        ("esrgan:models/4x.pth", "4x", "esrgan:models/4x.pth"),
    ],
)
def test_a_file_may_be_named_alone(said: str, name: str, asked: str) -> None:
    assert named_upscaler(said, ["lanczos"]) == (name, asked)


def test_a_word_that_is_nothing_gets_the_near_name() -> None:
    with pytest.raises(BadInput, match=r"no such file\. Did you mean 'lanczos'"):
        named_upscaler("lancsoz", ["lanczos"])

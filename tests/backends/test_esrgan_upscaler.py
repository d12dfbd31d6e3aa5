"""Tiles make one picture as if there were none; sizes, memory and misfits."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import safetensors.torch as safe
import torch
from torch import Tensor

from castmates.backends import esrgan_upscaler
from castmates.backends.esrgan_upscaler import (
    EsrganUpscaler,
    Tiles,
    enlarged,
    starts_of,
    storybook,
    weights_of,
)
from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.core.ports import Pixels, Upscaler

SHALLOW = RrdbSizes(features=4, growth=2, blocks=0)
"""Sees less than four pixels around each."""


def written(folder: Path, sizes: RrdbSizes) -> Path:
    torch.manual_seed(0)
    network = RrdbNet(sizes)
    with torch.no_grad():
        network.conv_last.bias.fill_(0.5)
    safe.save_file(network.state_dict(), folder / "x.safetensors")
    return folder / "x.safetensors"


def picture(height: int, width: int) -> Pixels:
    return np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)


@pytest.mark.parametrize("batch", [1, 4])
@pytest.mark.parametrize("fold", [1, 2])
def test_tiles_give_the_same_as_the_whole(batch: int, fold: int) -> None:
    torch.manual_seed(0)
    network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=0, fold=fold))
    small = torch.rand(3, 60 * fold, 76 * fold)
    tiles = Tiles(32 * fold, 16 * fold, batch)
    factor = network.sizes.factor
    whole = enlarged(network, small, factor, Tiles(512, 32))
    with torch.no_grad():
        assert torch.allclose(network(small[None])[0], whole, atol=1e-6)
    assert torch.allclose(enlarged(network, small, factor, tiles), whole, atol=1e-5)
    bare = enlarged(network, small, factor, Tiles(32 * fold, 0))
    assert not torch.allclose(bare, whole, atol=1e-3)


@pytest.mark.parametrize(("doublings", "fold"), [(2, 1), (1, 1), (2, 2)])
def test_tiles_that_overlap_by_what_the_network_sees_are_the_whole(
    doublings: int, fold: int
) -> None:
    """A network with a block in it, whose reach is measured here too."""
    torch.manual_seed(1)
    sizes = RrdbSizes(features=4, growth=2, blocks=1, doublings=doublings, fold=fold)
    network = RrdbNet(sizes).eval().requires_grad_(False)
    small, factor = torch.rand(3, 72 * fold, 100 * fold), sizes.factor
    overlap = (2 * sizes.reach // 4 + 1) * 4
    tiles = Tiles(2 * overlap, overlap)
    assert len(starts_of(small.shape[2], tiles)[0]) > 1
    whole = enlarged(network, small, factor, Tiles(1024, 32))
    assert torch.allclose(enlarged(network, small, factor, tiles), whole, atol=1e-6)
    touched = small.clone().requires_grad_()
    middle = touched.shape[2] // 2 // 4 * 4
    network(touched[None])[..., middle * factor].sum().backward()
    seen = touched.grad.abs().amax((0, 1)).nonzero().flatten()  # type: ignore[union-attr]
    assert int((seen - middle).abs().max()) <= sizes.reach


@pytest.mark.parametrize("length", [20, 32, 33, 61, 500])
@pytest.mark.parametrize("overlap", [0, 8, 16])
def test_weights_sum_to_one_over_every_pixel(length: int, overlap: int) -> None:
    starts, size = starts_of(length, Tiles(32, overlap))
    assert size <= 32
    weights = weights_of(starts, size, length, overlap, 2)
    total = torch.zeros(length * 2)
    for start, row in zip(starts, weights, strict=True):
        total[start * 2 : (start + size) * 2] += row
    assert torch.allclose(total, torch.ones_like(total), atol=1e-6)


@pytest.mark.parametrize(
    ("doublings", "fold", "factor"),
    [(0, 1, 1), (1, 1, 2), (2, 1, 4), (3, 1, 8), (2, 2, 2), (2, 4, 1)],
)
def test_every_factor_and_uneven_sides(
    tmp_path: Path, doublings: int, fold: int, factor: int
) -> None:
    sizes = RrdbSizes(features=4, growth=2, blocks=1, doublings=doublings, fold=fold)
    upscaler = EsrganUpscaler(written(tmp_path, sizes), "cpu")
    assert isinstance(upscaler, Upscaler)
    assert upscaler.factor == factor
    large = upscaler.upscale(picture(13, 10))
    assert large.shape == (13 * factor, 10 * factor, 3)
    assert large.dtype == np.uint8
    assert large.std() > 0
    assert upscaler.upscale(picture(1, 1)).shape == (factor, factor, 3)


def test_pixels_are_rounded_planes_in_rgb(tmp_path: Path) -> None:
    upscaler = EsrganUpscaler(written(tmp_path, RrdbSizes(features=4, growth=2, blocks=1)), "cpu")
    small = picture(9, 8)
    planes = torch.from_numpy(small).permute(2, 0, 1)[None].float() / 255
    with torch.no_grad():
        wanted = (upscaler.network(planes)[0].clamp(0, 1) * 255).round().permute(1, 2, 0).numpy()
    assert np.abs(upscaler.upscale(small) - wanted).max() <= 1
    assert len(upscaler.digest) == 64


def test_low_precision_is_near(tmp_path: Path) -> None:
    path = written(tmp_path, RrdbSizes(features=8, growth=4, blocks=1))
    fine = EsrganUpscaler(path, "cpu").upscale(picture(20, 20)).astype(int)
    low = EsrganUpscaler(path, "cpu", low=True)
    assert low.network.conv_first.weight.dtype == torch.bfloat16
    assert np.abs(low.upscale(picture(20, 20)) - fine).mean() < 2


class Hungry(RrdbNet):
    """Runs out of memory over more than `most` pixels at a time."""

    most = 0

    def forward(self, pictures: Tensor) -> Tensor:
        if pictures[:, 0].numel() > self.most:
            raise torch.OutOfMemoryError("Tried to allocate 20.00 GiB")
        return super().forward(pictures)


def test_tiles_shrink_when_memory_runs_out(tmp_path: Path) -> None:
    path = written(tmp_path, RrdbSizes(features=4, growth=2, blocks=1))
    upscaler = EsrganUpscaler(path, "cpu", Tiles(batch=2))
    wanted = upscaler.upscale(picture(150, 300)).astype(int)
    hungry = Hungry(upscaler.network.sizes)
    hungry.load_state_dict(upscaler.network.state_dict())
    hungry.most = 128 * 128
    upscaler.network = hungry
    assert np.abs(upscaler.upscale(picture(150, 300)) - wanted).max() <= 1
    assert upscaler.tiles == Tiles(128, 32, 1)
    hungry.most = 10
    with pytest.raises(CastmatesError, match="tiles of 128 px"):
        upscaler.upscale(picture(150, 300))


def test_other_failures_are_not_hidden(tmp_path: Path) -> None:
    upscaler = EsrganUpscaler(written(tmp_path, RrdbSizes(features=4, growth=2, blocks=1)), "cpu")
    upscaler.network = RrdbNet(RrdbSizes(features=4, growth=2, blocks=0, inputs=4))
    with pytest.raises(RuntimeError, match="channels"):
        upscaler.upscale(picture(8, 8))


def test_what_does_not_fit_is_told(tmp_path: Path) -> None:
    grey = RrdbSizes(features=4, growth=2, blocks=1, inputs=1, outputs=1)
    with pytest.raises(Unfit, match="1 channels; wanted 3"):
        EsrganUpscaler(written(tmp_path, grey))
    upscaler = EsrganUpscaler(written(tmp_path, RrdbSizes(features=4, growth=2, blocks=1)), "cpu")
    for wrong in (np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), np.zeros((0, 4, 3), np.uint8)):
        with pytest.raises(BadInput, match=r"wanted \(H, W, 3\)"):
            upscaler.upscale(wrong)
    with pytest.raises(BadInput, match="overlap of 300"):
        Tiles(512, 300)


def test_an_absent_embedded_upscaler_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(esrgan_upscaler, "FILE", "nothing.safetensors")
    with pytest.raises(Missing, match="Install castmates anew") as raised:
        storybook()
    assert "castmates/embedded/upscaler/nothing.safetensors, is not in" in raised.value.what

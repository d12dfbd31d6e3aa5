"""Layers whose weights are laid out once say what they said."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from castmates.families.packing import LEAST, PackedConv2d, PackedLinear, packed
from castmates.families.sd15.tiny import tiny
from castmates.families.shelf import open_base

pytestmark = pytest.mark.skipif(
    not torch.backends.mkldnn.is_available(), reason="this torch has no oneDNN"
)

CONVOLUTIONS = {
    "plain": {"kernel_size": 3, "padding": 1},
    "point": {"kernel_size": 1},
    "strided": {"kernel_size": 3, "padding": 1, "stride": 2},
    "spread": {"kernel_size": 3, "padding": 2, "dilation": 2},
    "wide": {"kernel_size": 1, "padding": 1},
    "oblong": {"kernel_size": (1, 3), "padding": (0, 1), "bias": False},
}


def frozen(module: nn.Module) -> nn.Module:
    return nn.Sequential(module).to(memory_format=torch.channels_last).requires_grad_(False)


def answered(net: nn.Module, x: Tensor) -> tuple[Tensor, Tensor]:
    """What it says, and the gradient of what came in."""
    seen = x.clone().requires_grad_()
    said = net(seen)
    (said.float() * torch.linspace(-1, 1, said.shape[1]).view(-1, *(1,) * (x.dim() - 2))).sum()
    said.float().square().sum().backward()
    assert seen.grad is not None
    return said.detach(), seen.grad


@pytest.fixture(params=CONVOLUTIONS)
def convolution(request: pytest.FixtureRequest) -> Iterator[nn.Module]:
    with torch.random.fork_rng():
        torch.manual_seed(0)
        yield frozen(nn.Conv2d(96, 96, **CONVOLUTIONS[request.param]))


@pytest.mark.parametrize("rows", [1, 3])
def test_a_convolution_says_the_same_and_hands_back_the_same(
    convolution: nn.Module, rows: int
) -> None:
    net = packed(copy.deepcopy(convolution))
    assert isinstance(net[0], PackedConv2d)
    for side in (8, 5):
        x = torch.randn(rows, 96, side, side, generator=torch.Generator().manual_seed(side))
        for ours, plain in zip(answered(net, x), answered(convolution, x), strict=True):
            torch.testing.assert_close(ours, plain, rtol=1e-4, atol=1e-4)
        with torch.no_grad():
            assert net(x).stride() == convolution(x).stride()


@pytest.mark.parametrize("layer", [nn.Conv2d(96, 96, 3, padding=1), nn.Linear(128, 96)])
def test_half_precision_is_autocasts_own(layer: nn.Module) -> None:
    if not torch.ops.mkldnn._is_mkldnn_bf16_supported():
        pytest.skip("this processor has no bfloat16")
    plain = frozen(layer)
    net = packed(copy.deepcopy(plain))
    shape = (2, 96, 6, 6) if isinstance(layer, nn.Conv2d) else (2, 7, 128)
    x = torch.randn(shape, generator=torch.Generator().manual_seed(1))
    with torch.autocast("cpu", torch.bfloat16):
        for ours, theirs in zip(answered(net, x), answered(plain, x), strict=True):
            assert ours.dtype == theirs.dtype
            torch.testing.assert_close(ours, theirs, rtol=0.02, atol=0.02)


def test_a_changed_weight_is_seen() -> None:
    net = packed(frozen(nn.Conv2d(96, 96, 3, padding=1)))
    x = torch.ones(1, 96, 4, 4)
    with torch.no_grad():
        before = net(x)
        net[0].weight.mul_(2)
        net[0].bias.mul_(2)
        torch.testing.assert_close(net(x), 2 * before)
        net[0].weight = nn.Parameter(torch.zeros(96, 96, 3, 3), requires_grad=False)
        assert torch.equal(net(x)[0, :, 0, 0], net[0].bias)


def test_what_learns_learns_as_it_did() -> None:
    plain = nn.Sequential(nn.Conv2d(96, 96, 3), nn.Flatten(1), nn.Linear(384, 32))
    net = packed(copy.deepcopy(plain))
    x = torch.randn(2, 96, 4, 4, generator=torch.Generator().manual_seed(2))
    for one in (net, plain):
        one(x).square().sum().backward()
    for ours, theirs in zip(net.parameters(), plain.parameters(), strict=True):
        assert ours.grad is not None
        assert torch.equal(ours.grad, theirs.grad)  # type: ignore[arg-type]


def test_names_and_copies_are_the_networks_own() -> None:
    net = packed(frozen(nn.Conv2d(96, 96, 3)))
    with torch.no_grad():
        net(torch.ones(1, 96, 4, 4))
    assert list(net.state_dict()) == ["0.weight", "0.bias"]
    assert isinstance(net[0], nn.Conv2d)
    x = torch.ones(1, 96, 4, 4)
    for twin in (copy.deepcopy(net), pickle.loads(pickle.dumps(net))):
        with torch.no_grad():
            assert torch.equal(twin(x), net(x))


def test_small_layers_and_other_kinds_stay_what_they_are() -> None:
    few = nn.Conv2d(8, LEAST // 8 // 9 // 2, 3)
    circular = nn.Conv2d(96, 96, 3, padding=1, padding_mode="circular")
    grouped = nn.Conv2d(192, 192, 3, groups=2)
    net = packed(nn.Sequential(few, circular, grouped))
    assert {type(one) for one in net} == {nn.Conv2d}


def test_an_opened_base_is_packed(tmp_path: Path) -> None:
    base = open_base(str(tiny(tmp_path / "base")))
    kinds = {type(module) for net in (base.unet, base.vae) for module in net.modules()}
    assert {PackedConv2d, PackedLinear} <= kinds

"""One network in every layout gives the same picture; what is not one is refused with reasons."""

from __future__ import annotations

import os
import pickle
import re
from pathlib import Path

import pytest
import safetensors.torch as safe
import torch
from torch import Tensor

from castmates.backends.rrdb import RrdbNet, RrdbSizes
from castmates.backends.rrdb_file import read_rrdb
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit

TINY = RrdbSizes(features=6, growth=3, blocks=2)
Tensors = dict[str, Tensor]


def network_of(sizes: RrdbSizes = TINY) -> RrdbNet:
    torch.manual_seed(0)
    return RrdbNet(sizes).eval()


def old(tensors: Tensors, blocks: int, doublings: int) -> Tensors:
    """As ESRGAN's first files name them."""
    hr = 3 * doublings + 2
    names = {"conv_first": 0, "conv_hr": hr, "conv_last": hr + 2}
    names |= {f"conv_up{i}": 3 * i for i in range(1, doublings + 1)}
    found = {}
    for name, value in tensors.items():
        stem, _, kind = name.rpartition(".")
        dense = re.sub(r"body\.(\d+)\.rdb(\d)\.conv(\d)", r"model.1.sub.\1.RDB\2.conv\3.0", stem)
        plain = f"model.1.sub.{blocks}" if stem == "conv_body" else f"model.{names.get(stem)}"
        found[f"{dense if dense != stem else plain}.{kind}"] = value
    return found


def middle(tensors: Tensors) -> Tensors:
    """As ESRGAN's repository names them since 2019."""
    swaps = (
        (r"^body\.(\d+)\.rdb", r"RRDB_trunk.\1.RDB"),
        ("^conv_body", "trunk_conv"),
        ("^conv_up", "upconv"),
        ("^conv_hr", "HRconv"),
    )
    found = {}
    for name, value in tensors.items():
        for pattern, new in swaps:
            name = re.sub(pattern, new, name)
        found[name] = value
    return found


@pytest.mark.parametrize("doublings", [0, 1, 2, 3])
def test_every_layout_gives_the_same_picture(tmp_path: Path, doublings: int) -> None:
    sizes = RrdbSizes(features=6, growth=3, blocks=2, doublings=doublings)
    network = network_of(sizes)
    tensors = network.state_dict()
    safe.save_file(tensors, tmp_path / "new.safetensors")
    safe.save_file(old(tensors, 2, doublings), tmp_path / "old.safetensors")
    safe.save_file(middle(tensors), tmp_path / "middle.safetensors")
    torch.save(old(tensors, 2, doublings), tmp_path / "old.pth")
    torch.save({"params": {}, "params_ema": tensors, "step": 7}, tmp_path / "new.pth")
    torch.save({f"module.{name}": v for name, v in tensors.items()}, tmp_path / "module.pt")
    pictures = torch.rand(2, 3, 5, 7)
    with torch.no_grad():
        wanted = network(pictures)
        assert wanted.shape == (2, 3, 5 * 2**doublings, 7 * 2**doublings)
        for path in tmp_path.iterdir():
            again = read_rrdb(path)
            assert again.sizes == sizes, path
            assert torch.equal(again(pictures), wanted), path


@pytest.mark.parametrize(("fold", "factor"), [(2, 2), (4, 1)])
def test_folded_pixels_are_found_by_the_first_channels(
    tmp_path: Path, fold: int, factor: int
) -> None:
    network = network_of(RrdbSizes(features=6, growth=3, blocks=1, fold=fold))
    assert network.conv_first.in_channels == 3 * fold**2
    torch.save({"params_ema": network.state_dict()}, tmp_path / "x.pth")
    again = read_rrdb(tmp_path / "x.pth")
    assert again.sizes == network.sizes
    assert again.sizes.factor == factor
    assert again(torch.rand(1, 3, 8, 4)).shape == (1, 3, 8 * factor, 4 * factor)


def test_halves_become_singles(tmp_path: Path) -> None:
    halves = {name: value.half() for name, value in network_of().state_dict().items()}
    safe.save_file(halves, tmp_path / "x.safetensors")
    again = read_rrdb(tmp_path / "x.safetensors").state_dict()
    for name, value in halves.items():
        assert again[name].dtype == torch.float32
        assert torch.equal(again[name], value.float())


class Trap:
    """Unpickling it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.folder),))


@pytest.mark.parametrize("is_torch", [True, False])
def test_a_pickle_with_code_is_refused_and_not_run(tmp_path: Path, is_torch: bool) -> None:
    trap = {"params_ema": Trap(tmp_path / "caught"), **network_of().state_dict()}
    if is_torch:
        torch.save(trap, tmp_path / "x.pth")
    else:
        (tmp_path / "x.pth").write_bytes(pickle.dumps(trap, protocol=2))
    with pytest.raises(BadInput, match=r"refused.*\.safetensors"):
        read_rrdb(tmp_path / "x.pth")
    assert not (tmp_path / "caught").exists()


def without(name: str) -> Tensors:
    return {key: value for key, value in network_of().state_dict().items() if key != name}


def grown(**more: Tensor) -> Tensors:
    return network_of().state_dict() | {name.replace("__", "."): v for name, v in more.items()}


NONE = torch.zeros(6, 6, 3, 3)


@pytest.mark.parametrize(
    ("tensors", "kind", "told"),
    [
        (without("conv_hr.bias"), BadInput, r"2 blocks, 6 features.*1 missing: conv_hr\.bias"),
        (without("body.1.rdb2.conv3.weight"), BadInput, "1 missing"),
        (grown(conv_hr__weight=NONE[:5]), BadInput, r"\(5, 6, 3, 3\) instead of \(6, 6, 3, 3\)"),
        (grown(body__0__rdb1__conv1x1__weight=NONE), Unfit, "1 unknown: .*conv1x1"),
        (grown(conv_hr__weight=NONE * float("nan")), BadInput, "numbers that are none"),
        (grown(conv_hr__weight=NONE.long()), Unfit, "whole numbers"),
        (grown(conv_first__weight=torch.zeros(6, 7, 3, 3)), Unfit, "takes 7 channels, gives 3"),
        (grown(conv_last__weight=torch.zeros(3, 6)), Unfit, "wanted four sizes"),
        ({"layers.0.norm.weight": torch.zeros(3)}, Unfit, r"it holds layers\.0\.norm\.weight"),
        (
            {f"model.{i}.weight": NONE.clone() for i in (0, 2, 5, 8, 10)},
            Unfit,
            r"\[0, 2, 5, 8, 10\]",
        ),
        ({}, Unfit, "nothing at all"),
    ],
)
def test_what_does_not_fit_is_told(
    tmp_path: Path, tensors: Tensors, kind: type[CastmatesError], told: str
) -> None:
    safe.save_file(tensors, tmp_path / "x.safetensors")
    with pytest.raises(kind, match=told):
        read_rrdb(tmp_path / "x.safetensors")


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    for name in ("absent.safetensors", "absent.pth"):
        with pytest.raises(Missing, match="absent"):
            read_rrdb(tmp_path / name)
    for name in ("x.safetensors", "x.pth", "x.onnx"):
        (tmp_path / name).write_bytes(b"no network at all")
        with pytest.raises(BadInput, match=re.escape(name)):
            read_rrdb(tmp_path / name)
    torch.save(network_of().state_dict(), tmp_path / "cut.pth")
    whole = (tmp_path / "cut.pth").read_bytes()
    (tmp_path / "cut.pth").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadInput, match=r"cut\.pth"):
        read_rrdb(tmp_path / "cut.pth")
    torch.save([1, 2], tmp_path / "list.pth")
    with pytest.raises(Unfit, match="holds a list"):
        read_rrdb(tmp_path / "list.pth")

"""LoHa, LoKr and DoRA in their own parameters: as PEFT and LyCORIS compute them."""

from __future__ import annotations

import copy
import itertools
import math
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from castmates.adapters import loha, lokr
from castmates.adapters.dora import MAGNITUDE
from castmates.adapters.factors import Adapter
from castmates.adapters.kinds import DOWN, UP
from castmates.adapters.layer import Bank
from castmates.adapters.lora import Ranks, numbers
from castmates.adapters.makers import MAKERS, Wanted
from castmates.adapters.native import Native
from castmates.adapters.sites import shape_of
from castmates.core.errors import Unfit

CLOSE = {"atol": 1e-5, "rtol": 1e-5}
LAYERS = ("wide", "narrow", "line")


class Rich(nn.Module):
    """A 3x3 with stride, a 1x1 and a linear layer whose sides part into factors."""

    def __init__(self) -> None:
        super().__init__()
        self.wide = nn.Conv2d(6, 12, 3, stride=2, padding=1)
        self.narrow = nn.Conv2d(12, 20, 1)
        self.line = nn.Linear(20, 24)

    def forward(self, x: Tensor) -> Tensor:
        seen = self.narrow(torch.tanh(self.wide(x))).flatten(2).transpose(1, 2)
        out: Tensor = self.line(torch.tanh(seen))
        return out


@pytest.fixture
def rich() -> Rich:
    torch.manual_seed(0)
    return Rich().requires_grad_(False)


def x_of(count: int = 2) -> Tensor:
    return torch.randn(count, 6, 9, 8, generator=torch.Generator().manual_seed(1))


def learned(net: Rich, wanted: Wanted) -> Adapter:
    """An adapter of the kind on every layer, none of whose numbers is 0."""
    form, maker = MAKERS[wanted.kind]
    native = {}
    for name in LAYERS:
        module = getattr(net, name)
        numbers_ = numbers(wanted.seed, name)
        parts = maker(shape_of(module), wanted.ranks.rank, numbers_, wanted)
        parts = {k: v + 0.2 * torch.randn(v.shape, generator=numbers_) for k, v in parts.items()}
        if wanted.dora:
            norms = module.weight.flatten(1).norm(dim=1)
            turned = norms * (1 + 0.3 * torch.randn(len(norms), generator=numbers_))
            parts[MAGNITUDE] = turned.reshape(-1, *(1 for _ in module.weight.shape[1:]))
        native[f"lora_unet_{name}"] = Native(form, parts, wanted.ranks.alpha)
    return Adapter("pip", "loha", {}, native=native)


def said(net: Rich, adapter: Adapter, x: Tensor, strength: float = 1.0) -> Tensor:
    bank = Bank({"lora_unet": net}, "the rich base")
    bank.add(adapter)
    with bank.rows([{"pip": strength}] * len(x)):
        out: Tensor = net(x)
    bank.eject()
    return out


KINDS = {
    "loha": Wanted(Ranks(2, 1.0), "loha"),
    "loha of a high rank": Wanted(Ranks(6, 3.0), "loha"),
    "lokr": Wanted(Ranks(1, 0.5), "lokr"),
    "lokr by 2": Wanted(Ranks(2, 1.0), "lokr", factor=2),
    "lokr of two pairs": Wanted(Ranks(1, 0.5), "lokr", decompose_both=True),
    "lokr of two matrices": Wanted(Ranks(3, 1.0), "lokr", full_matrix=True),
    "dora": Wanted(Ranks(2, 1.0), "lora", dora=True),
}


def pefts(wanted: Wanted) -> Any:
    import peft

    rank, alpha = wanted.ranks.rank, wanted.ranks.alpha
    if wanted.kind == "loha":
        return peft.LoHaConfig(r=rank, alpha=alpha, target_modules=[*LAYERS])
    if wanted.kind == "lokr":
        return peft.LoKrConfig(
            r=rank,
            alpha=alpha,
            target_modules=[*LAYERS],
            decompose_both=wanted.decompose_both,
            decompose_factor=wanted.factor,
        )
    return peft.LoraConfig(r=rank, lora_alpha=alpha, target_modules=[*LAYERS], use_dora=True)


def pefts_tensor(module: Any, part: str) -> Tensor:
    if part == MAGNITUDE:
        found: Tensor = module.lora_magnitude_vector["default"].weight
    elif part in (DOWN, UP):
        found = (module.lora_A if part == DOWN else module.lora_B)["default"].weight
    else:
        found = getattr(module, part)["default"]
    return found


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", [name for name in KINDS if name != "lokr of two matrices"])
def test_every_kind_computes_what_pefts_layers_do(rich: Rich, name: str) -> None:
    import peft

    adapter = learned(rich, KINDS[name])
    theirs = peft.get_peft_model(copy.deepcopy(rich), pefts(KINDS[name]))  # type: ignore[arg-type]
    for layer in LAYERS:
        module = getattr(theirs.base_model.model, layer)
        for part, tensor in adapter.native[f"lora_unet_{layer}"].parts.items():
            held = pefts_tensor(module, part)
            held.data.copy_(tensor.reshape(held.shape))
    x = x_of()
    with torch.no_grad():
        wanted = theirs.eval()(x)
    assert not torch.allclose(rich(x), wanted, atol=1e-2)
    torch.testing.assert_close(said(rich, adapter, x), wanted, **CLOSE)


def lycoris(module: nn.Module, wanted: Wanted, **more: Any) -> Any:
    from lycoris.modules.locon import LoConModule
    from lycoris.modules.loha import LohaModule
    from lycoris.modules.lokr import LokrModule

    made = {"lora": LoConModule, "loha": LohaModule, "lokr": LokrModule}[wanted.kind]
    return made(
        "a",
        module,
        1.0,
        wanted.ranks.rank,
        wanted.ranks.alpha,
        factor=wanted.factor,
        decompose_both=wanted.decompose_both,
        full_matrix=wanted.full_matrix,
        weight_decompose=wanted.dora,
        **more,
    )


BOTH = {
    **KINDS,
    "dora of a loha": Wanted(Ranks(2, 1.0), "loha", dora=True),
    "dora of a lokr": Wanted(Ranks(2, 1.0), "lokr", dora=True),
}


@pytest.mark.parametrize("name", BOTH)
@pytest.mark.parametrize("layer", LAYERS)
def test_every_kind_computes_what_lycoris_does(rich: Rich, name: str, layer: str) -> None:
    module, x = getattr(rich, layer), x_of()
    x = x_of() if layer == "wide" else torch.randn(2, module.weight.shape[1], 5, 4)
    x = x.flatten(2).transpose(1, 2) if layer == "line" else x
    adapter = learned(rich, BOTH[name])
    share = adapter.native[f"lora_unet_{layer}"]
    theirs = lycoris(module, BOTH[name]).eval()
    kept = theirs.state_dict()
    assert {k: v.shape for k, v in kept.items() if k != "alpha"} == {
        k: v.shape for k, v in share.parts.items()
    }
    for part, tensor in share.parts.items():
        held = theirs.get_parameter(part) if part != MAGNITUDE else theirs.dora_scale
        held.data.copy_(tensor)
    with torch.no_grad():
        out = module(x)
        wanted = theirs(x)
    assert share.scale == pytest.approx(theirs.scale)
    torch.testing.assert_close(out + share.says(module, x, out), wanted, **CLOSE)


@pytest.mark.parametrize("layer", ["wide", "line"])
def test_older_magnitudes_by_columns(rich: Rich, layer: str) -> None:
    wanted = Wanted(Ranks(2, 1.0), "lora", dora=True)
    module, share = getattr(rich, layer), learned(rich, wanted).native[f"lora_unet_{layer}"]
    theirs = lycoris(module, wanted, wd_on_out=False)
    theirs.dora_scale.data *= 1 + 0.3 * torch.rand_like(theirs.dora_scale)
    theirs.lora_down.weight.data.copy_(share.parts[DOWN])
    theirs.lora_up.weight.data.copy_(share.parts[UP])
    by_columns = Native(share.form, {**share.parts, MAGNITUDE: theirs.dora_scale.detach()}, 1.0)
    assert by_columns.fits(shape_of(module))
    x = x_of() if layer == "wide" else torch.randn(2, 5, 20)
    with torch.no_grad():
        out = module(x)
        torch.testing.assert_close(out + by_columns.says(module, x, out), theirs(x), **CLOSE)


def test_fresh_parameters_have_lycoris_names_shapes_alpha_and_spread() -> None:
    modules = [nn.Linear(48, 36), nn.Conv2d(16, 24, 3), nn.Conv2d(13, 10, 1), nn.Linear(7, 5)]
    kinds = itertools.product((1, 3, 9), (-1, 2, 4, 8), (False, True), (False, True))
    cases = [
        Wanted(Ranks(rank, 2.0), "lokr", factor=factor, decompose_both=both, full_matrix=full)
        for rank, factor, both, full in kinds
    ]
    for module, wanted in itertools.product(modules, [*cases, Wanted(Ranks(5, 2.0), "loha")]):
        form, maker = MAKERS[wanted.kind]
        ours = maker(shape_of(module), wanted.ranks.rank, torch.Generator().manual_seed(0), wanted)
        theirs = lycoris(module, wanted)
        kept = theirs.state_dict()
        assert {k: v.shape for k, v in ours.items()} == {
            k: v.shape for k, v in kept.items() if k != "alpha"
        }, wanted
        rank = form.rank(ours)
        assert (1.0 if rank is None else 2.0 / rank) == pytest.approx(theirs.scale)
        for part, tensor in ours.items():
            assert bool(tensor.any()) == bool(kept[part].any()), part
            if tensor.numel() > 60 and bool(tensor.any()):
                assert 0.6 < float(tensor.std() / kept[part].detach().std()) < 1.6, part
        assert not form.matrix(ours).any()


def test_a_loha_is_the_khatri_rao_pair_of_its_halves() -> None:
    """With whole numbers nothing is rounded: equal to the bit."""
    chance = torch.Generator().manual_seed(0)
    shapes = ((7, 3), (3, 10), (7, 3), (3, 10))
    parts = {
        part: torch.randint(-4, 5, shape, generator=chance).float()
        for part, shape in zip((loha.W1_A, loha.W1_B, loha.W2_A, loha.W2_B), shapes, strict=True)
    }
    pair = loha.pair(parts)
    assert pair.rank == 9
    assert torch.equal(pair.matrix(), loha.FORM.matrix(parts))


@pytest.mark.parametrize("name", BOTH)
def test_strengths_rows_and_zero(rich: Rich, name: str) -> None:
    adapter, x = learned(rich, BOTH[name]), x_of(3)
    bank = Bank({"lora_unet": rich}, "the rich base")
    bank.add(adapter)
    with bank.rows([{"pip": 1.0}, {}, {"pip": 0.5}]):
        together = rich(x)
    assert torch.equal(together[1], rich(x)[1])
    bank.eject()
    for i, strength in ((0, 1.0), (2, 0.5)):
        torch.testing.assert_close(
            together[i : i + 1], said(rich, adapter, x[i : i + 1], strength), **CLOSE
        )
    assert torch.equal(said(rich, adapter, x, 0.0), rich(x))


def test_a_strength_of_a_dora_goes_straight_from_base_to_adapter(rich: Rich) -> None:
    """As in A1111, ComfyUI and PEFT: W + strength x (W' - W)."""
    adapter = learned(rich, KINDS["dora"])
    share, x = adapter.native["lora_unet_line"], torch.randn(4, 20)
    out = rich.line(x)
    weight = rich.line.weight + share.delta()
    norms = weight.norm(dim=1, keepdim=True)
    whole = share.parts[MAGNITUDE] * weight / norms
    mixed = rich.line.weight + 0.4 * (whole - rich.line.weight)
    found = out + 0.4 * share.says(rich.line, x, out)
    torch.testing.assert_close(found, nn.functional.linear(x, mixed, rich.line.bias), **CLOSE)


@pytest.mark.parametrize("name", BOTH)
def test_gradients_reach_every_parameter(rich: Rich, name: str) -> None:
    bank = Bank({"lora_unet": rich}, "the rich base")
    bank.add(learned(rich, BOTH[name]))
    parameters = bank.train_one("pip")
    with torch.autocast("cpu", torch.bfloat16), bank.rows([{"pip": 1.0}] * 2):
        rich(x_of()).float().square().mean().backward()
    assert {p.dtype for p in parameters} == {torch.float32}
    assert all(p.grad is not None and bool(p.grad.any()) for p in parameters)
    assert set(bank.parameters("pip")) == {
        f"{layer}.{part}" for layer, s in bank.adapter("pip").native.items() for part in s.parts
    }


def test_a_dora_that_learns_is_never_stale(rich: Rich) -> None:
    bank = Bank({"lora_unet": rich}, "the rich base")
    bank.add(learned(rich, KINDS["dora"]))
    bank.train_one("pip")
    with torch.no_grad(), bank.rows([{"pip": 1.0}]):
        before = rich(x_of(1))
        bank.parameters("pip")[f"lora_unet_line.{UP}"].mul_(3)
        assert not torch.allclose(rich(x_of(1)), before, atol=1e-3)


def test_own_parameters_of_another_base_are_unfit(rich: Rich) -> None:
    adapter = learned(rich, KINDS["loha"])
    share = adapter.native["lora_unet_line"]
    short = {**share.parts, loha.W1_A: torch.ones(9, 2), loha.W2_A: torch.ones(9, 2)}
    native = {"lora_unet_line": Native(loha.FORM, short, 1.0), "lora_unet_gone": share}
    with pytest.raises(Unfit, match=r"lora_unet_gone.*20->9, the base's is 20->24"):
        Bank({"lora_unet": rich}, "b").add(Adapter("pip", "loha", {}, native=native))


def test_lokr_never_makes_the_product_and_says_the_same(rich: Rich) -> None:
    for name in ("wide", "line"):
        module = getattr(rich, name)
        parts = lokr.fresh(shape_of(module), 1, torch.Generator().manual_seed(0))
        parts = {key: torch.randn(part.shape) for key, part in parts.items()}
        x = x_of() if name == "wide" else torch.randn(3, 20)
        weight = lokr.FORM.matrix(parts).reshape(module.weight.shape)
        plain = copy.deepcopy(module)
        plain.weight.copy_(weight)
        plain.bias.zero_()
        torch.testing.assert_close(lokr.FORM.says(module, x, parts), plain(x), **CLOSE)
        assert math.prod(weight.shape) > sum(p.numel() for p in parts.values())

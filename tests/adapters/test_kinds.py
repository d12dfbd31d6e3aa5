"""A layer's tensors become the weight difference that LyCORIS and kohya compute."""

from __future__ import annotations

import pytest
import torch

from castmates.adapters.factors import Adapter
from castmates.adapters.kinds import Broken, factors_of
from castmates.adapters.layer import Bank
from tests.adapters.conftest import Small
from tests.adapters.written import CONV, Q, loha, some


def parts_of(tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    return {key.partition(".")[2]: tensor for key, tensor in tensors.items()}


def same(found: torch.Tensor, wanted: torch.Tensor) -> None:
    assert found.shape == wanted.shape
    torch.testing.assert_close(found, wanted, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize(("layer", "shape"), [(Q, (5, 6)), (CONV, (5, 2, 3, 3))])
def test_loha(layer: str, shape: tuple[int, ...]) -> None:
    columns = 6 if len(shape) == 2 else 18
    parts = parts_of(loha(layer, columns=columns, alpha=1.0))
    w = {name: tensor.float() for name, tensor in parts.items()}
    wanted = (w["hada_w1_a"] @ w["hada_w1_b"]) * (w["hada_w2_a"] @ w["hada_w2_b"]) * 0.5
    found = factors_of(layer, parts)
    assert found.rank == 4
    same(found.delta(), wanted.reshape(shape))


def test_loha_in_tucker_form() -> None:
    w = {f"hada_w{h}_{s}": some(2, n, seed=h) for h in (1, 2) for s, n in (("a", 5), ("b", 4))}
    w |= {f"hada_t{h}": some(2, 2, 3, 3, seed=h) for h in (1, 2)}
    f = {name: tensor.float() for name, tensor in w.items()}
    halves = [
        torch.einsum("ijkl,jr,ip->prkl", f[f"hada_t{h}"], f[f"hada_w{h}_b"], f[f"hada_w{h}_a"])
        for h in (1, 2)
    ]
    same(factors_of(CONV, w).delta(), halves[0] * halves[1])


@pytest.mark.parametrize("low", ["", "1", "2", "12"])
def test_lokr_with_full_and_low_halves(low: str) -> None:
    halves, parts = {}, {"alpha": torch.tensor(1.0)}
    for half, (rows, columns) in (("1", (2, 3)), ("2", (4, 5))):
        if half in low:
            a, b = some(rows, 2, seed=1), some(2, columns, seed=2)
            parts |= {f"lokr_w{half}_a": a, f"lokr_w{half}_b": b}
            halves[half] = a.float() @ b.float()
        else:
            parts[f"lokr_w{half}"] = some(rows, columns)
            halves[half] = parts[f"lokr_w{half}"].float()
    # Two full matrices have no rank for alpha to be divided by.
    scale = 0.5 if low else 1.0
    same(factors_of(Q, parts).delta(), torch.kron(halves["1"], halves["2"]) * scale)


def test_lokr_of_a_convolution() -> None:
    one, two = some(2, 2), some(3, 4, 3, 3)
    wanted = torch.kron(one.float()[:, :, None, None], two.float())
    same(factors_of(CONV, {"lokr_w1": one, "lokr_w2": two}).delta(), wanted)


def test_a_locon_in_tucker_form() -> None:
    core, down, up = some(2, 2, 3, 3), some(2, 4, 1, 1), some(5, 2, 1, 1)
    parts = {"lora_mid.weight": core, "lora_down.weight": down, "lora_up.weight": up}
    flat = (core.float(), up.float().flatten(1), down.float().flatten(1))
    wanted = torch.einsum("nmkl,in,mj->ijkl", *flat)
    same(factors_of(CONV, parts).delta(), wanted)


def test_a_loha_draws_as_merged_weights_would(small: Small, small_bank: Bank) -> None:
    shapes = {"wide": (8, 54), "narrow": (5, 8), "line": (7, 5)}
    x = torch.randn(2, 6, 8, 8, generator=torch.Generator().manual_seed(1))
    factors = {}
    for name, (rows, columns) in shapes.items():
        parts = {f"hada_w{h}_a": some(rows, 2, seed=h) / 3 for h in (1, 2)}
        parts |= {f"hada_w{h}_b": some(2, columns, seed=h) / 3 for h in (1, 2)}
        factors[f"lora_unet_{name}"] = factors_of(f"lora_unet_{name}", parts)
    small_bank.add(Adapter("pip", "locon", factors))
    plain = small(x)
    with small_bank.rows([{"pip": 0.7}] * 2):
        found = small(x)
    small_bank.eject()
    for name, weight in small.named_parameters():
        if name.endswith(".weight"):
            delta = factors[f"lora_unet_{name.removesuffix('.weight')}"].delta()
            weight.data += 0.7 * delta.reshape(weight.shape)
    torch.testing.assert_close(found, small(x), atol=1e-5, rtol=1e-5)
    assert not torch.allclose(found, plain, atol=1e-2)


def test_what_does_not_belong_together_is_told() -> None:
    parts = parts_of(loha())
    with pytest.raises(Broken, match="no hada_w2_b"):
        factors_of(Q, {k: v for k, v in parts.items() if k != "hada_w2_b"})
    with pytest.raises(Broken, match="belong together"):
        factors_of(Q, {**parts, "hada_w2_b": some(2, 5)})
    with pytest.raises(Broken, match="no lokr_w1_a"):
        factors_of(Q, {"lokr_w2": some(2, 2)})

"""What is left out while an adapter learns, and how far its weights may grow."""

from __future__ import annotations

import pytest
import torch

from castmates.adapters.dropout import Dropout, Shares
from castmates.adapters.gate import Part, RowGate
from castmates.adapters.layer import Bank
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted
from tests.adapters.conftest import Small
from tests.adapters.making import for_small
from tests.adapters.test_native import Rich, learned, x_of

PARTS = (Part("pip", 40, 0.5),)


def gate(shares: Shares, *, seed: int = 0, whole_batch: bool = False) -> Dropout:
    plain = RowGate.of([{"pip": 1.0}] * 3)
    assert plain is not None
    return Dropout(plain, shares, lambda layer: seed + len(layer), whole_batch)


def over(found: Dropout, *shape: int, layer: str = "a") -> torch.Tensor:
    h = torch.ones(shape)
    return found.over(PARTS, h, 3, layer) * h


@pytest.mark.parametrize("shape", [(3, 50, 40), (3, 40, 5, 10), (3, 40)])
def test_dropout_is_of_single_numbers_and_keeps_the_mean(shape: tuple[int, ...]) -> None:
    seen = over(gate(Shares(dropout=0.25)), *shape)
    values = sorted(set(seen.flatten().tolist()))
    assert values == pytest.approx([0.0, 0.5 / 0.75])
    assert float(seen.mean()) == pytest.approx(0.5, abs=0.08)


@pytest.mark.parametrize("shape", [(3, 50, 40), (3, 40, 5, 10)])
def test_rank_dropout_is_of_whole_ranks(shape: tuple[int, ...]) -> None:
    rank_last = (lambda h: h.movedim(1, -1)) if len(shape) == 4 else (lambda h: h)
    seen = rank_last(over(gate(Shares(rank_dropout=0.5)), *shape)).reshape(3, 50, 40)
    assert torch.equal(seen, seen[:, :1].expand_as(seen))
    assert set(seen.flatten().tolist()) == {0.0, 1.0}
    assert not torch.equal(seen[0], seen[1])
    same = rank_last(over(gate(Shares(rank_dropout=0.5), whole_batch=True), *shape))
    same = same.reshape(3, 50, 40)
    assert torch.equal(same[0], same[1])
    assert set(same.flatten().tolist()) == {0.0, 0.5}


def test_module_dropout_leaves_out_layers_as_a_whole() -> None:
    seen = [over(gate(Shares(module_dropout=0.5), seed=seed), 3, 4, 40) for seed in range(60)]
    assert all(len(set(h.flatten().tolist())) == 1 for h in seen)
    assert 15 < sum(bool(h.any()) for h in seen) < 45


def test_the_same_place_leaves_out_the_same_and_another_place_does_not() -> None:
    shares = Shares(0.3, 0.3, 0.3)
    for found in (gate(shares), gate(shares, whole_batch=True)):
        assert torch.equal(over(found, 3, 4, 40, layer="b"), over(found, 3, 4, 40, layer="b"))
    one, other = gate(Shares(0.3)), gate(Shares(0.3), seed=1)
    assert not torch.equal(over(one, 3, 4, 40), over(other, 3, 4, 40))
    assert not torch.equal(over(one, 3, 4, 40), over(one, 3, 4, 40, layer="bb"))


def test_rows_of_a_loha_are_left_out_for_the_whole_batch() -> None:
    torch.manual_seed(0)
    net = Rich().requires_grad_(False)
    adapter = learned(net, Wanted(Ranks(2, 1.0), "loha"))
    name = "lora_unet_line"
    only = type(adapter)("pip", "loha", {}, native={name: adapter.native[name]})
    bank, x = Bank({"lora_unet": net}), x_of(3)
    bank.add(only)
    plain = net(x)
    with bank.gated(gate(Shares(rank_dropout=0.5), whole_batch=True)):
        moved = net(x) - plain
    with bank.rows([{"pip": 1.0}] * 3):
        full = net(x) - plain
    kept = moved.abs().amax((0, 1)) > 0
    assert 0 < int(kept.sum()) < 24
    torch.testing.assert_close(moved[..., kept], full[..., kept])


def test_all_of_a_layer_left_out_is_the_base(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 3, 0))
    x = torch.randn(3, 6, 9, 8)
    with small_bank.gated(gate(Shares(module_dropout=1.0))):
        assert torch.equal(small(x), (small_bank.eject(), small(x))[1])


@pytest.mark.parametrize("kind", ["lora", "loha", "lokr", "dora"])
def test_weights_above_the_norm_are_scaled_down_to_it(small: Small, kind: str) -> None:
    torch.manual_seed(0)
    net = Rich().requires_grad_(False)
    if kind == "lora":
        bank, adapter = Bank({"lora_unet": small}), for_small("pip", 3, 0)
    else:
        wanted = Wanted(Ranks(2, 1.0), "lora" if kind == "dora" else kind, dora=kind == "dora")  # type: ignore[arg-type]
        bank, adapter = Bank({"lora_unet": net}), learned(net, wanted)
    bank.add(adapter)
    bank.train_one("pip")

    def norms() -> dict[str, float]:
        held = bank.adapter("pip")
        shares = (*held.factors.items(), *held.native.items())
        return {layer: float(share.delta().norm()) for layer, share in shares}

    before = norms()
    most = sorted(before.values())[1]
    named = {k: v.detach().clone() for k, v in bank.parameters("pip").items()}
    bank.scale_down("pip", most)
    after = norms()
    for layer, norm in before.items():
        assert after[layer] == pytest.approx(min(norm, most), rel=1e-5)
    changed = {k for k, v in bank.parameters("pip").items() if not torch.equal(v, named[k])}
    assert {k.partition(".")[0] for k in changed} == {k for k, n in before.items() if n > most}
    assert not any(k.endswith("dora_scale") for k in changed)

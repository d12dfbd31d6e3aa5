"""The weighting layer's identities: they hold exactly, or to the last digits of float32."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.gate import Part, RowGate
from castmates.adapters.layer import Bank
from castmates.adapters.lora import fresh
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.families.base import Base
from tests.adapters.conftest import Small
from tests.adapters.making import for_small, strong

Rows = Sequence[Mapping[str, float]]
CLOSE = 1e-5


def x_of(count: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, 6, 9, 8, generator=torch.Generator().manual_seed(seed))


def said(bank: Bank, net: Small, x: torch.Tensor, rows: Rows) -> torch.Tensor:
    with bank.rows(rows):
        return net(x)


def merged(net: Small, adapters: Sequence[tuple[Adapter, float]]) -> Small:
    """The network with W + sum of strength x dW in its weights, as other programs do it."""
    changed = copy.deepcopy(net)
    for module in changed.modules():
        module._forward_hooks.clear()
        module._forward_pre_hooks.clear()
    for adapter, strength in adapters:
        for name, factors in adapter.factors.items():
            module = getattr(changed, name.removeprefix("lora_unet_"))
            module.weight += strength * factors.delta().reshape(module.weight.shape)
    return changed


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max())


@given(
    ranks=st.lists(st.integers(1, 9), min_size=1, max_size=4),
    strengths=st.lists(st.floats(-2, 2, width=16), min_size=4, max_size=4),
    seed=st.integers(0, 1000),
)
@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_the_layer_equals_merged_weights(
    small: Small, ranks: list[int], strengths: list[float], seed: int
) -> None:
    bank = Bank({"lora_unet": small})
    adapters = [for_small(f"a{i}", rank, seed + i) for i, rank in enumerate(ranks)]
    for adapter in adapters:
        bank.add(adapter)
    x = x_of(1, seed)
    row = {a.name: s for a, s in zip(adapters, strengths, strict=False)}
    wanted = merged(small, [(a, row[a.name]) for a in adapters])(x)
    assert apart(said(bank, small, x, [row]), wanted) < CLOSE * (1 + wanted.abs().max())
    bank.eject()


def test_every_row_of_a_mixed_batch_is_itself_alone(small: Small, small_bank: Bank) -> None:
    for name, rank in (("pip", 4), ("moss", 1), ("fern", 7)):
        small_bank.add(for_small(name, rank, seed=rank))
    rows = [{"pip": 0.8}, {"pip": 0.3, "moss": 1.0}, {}, {"fern": -0.5}, {"moss": 0.0}]
    x = x_of(5)
    together = said(small_bank, small, x, rows)
    alone = torch.cat([said(small_bank, small, x[i : i + 1], [r]) for i, r in enumerate(rows)])
    assert apart(together, alone) < CLOSE
    plain = small(x)
    assert torch.equal(together[2], plain[2])
    assert torch.equal(together[4], plain[4])
    assert apart(together[0], plain[0]) > 0.01


def test_adapters_that_are_absent_or_at_zero_leave_the_base_to_the_bit(
    small: Small, small_bank: Bank
) -> None:
    x = x_of(3)
    before = small(x)
    small_bank.add(for_small("pip", 4, 0))
    assert torch.equal(small(x), before)
    for rows in ([], [{}] * 3, [{"pip": 0.0}] * 3):
        assert torch.equal(said(small_bank, small, x, rows), before)


def test_halves_of_guidance_repeat_the_rows(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 4, 0))
    rows, x = [{"pip": 1.0}, {}, {"pip": 0.5}], x_of(3)
    both = said(small_bank, small, torch.cat([x, x]), rows)
    once = said(small_bank, small, x, rows)
    assert apart(both, torch.cat([once, once])) < CLOSE


def test_a_layer_that_sees_tokens_as_rows_keeps_them_with_their_picture() -> None:
    gate = RowGate.of([{"pip": 1.0}, {"pip": 2.0}])
    assert gate is not None
    parts = (Part("pip", 1, 1.0),)
    flat = gate.over(parts, torch.zeros(12, 1), 4, "a")
    assert flat[:, 0].tolist() == [1, 1, 1, 2, 2, 2, 1, 1, 1, 2, 2, 2]
    tokens = gate.over(parts, torch.zeros(2, 5, 1), 2, "a")
    assert tokens.shape == (2, 1, 1)
    assert gate.over(parts, torch.zeros(2, 1, 3, 3), 2, "a").shape == (2, 1, 1, 1)
    with pytest.raises(ValueError, match="5 rows in a batch of 5, but the weighting has 2"):
        gate.over(parts, torch.zeros(5, 1), 5, "a")


def test_only_adapters_that_some_row_uses_join_the_kernel() -> None:
    gate = RowGate.of([{"pip": 0.0, "moss": 1.0}, {"fern": 0.0, "moss": 0.5}])
    assert gate is not None
    assert gate.names == ("moss",)
    assert RowGate.of([{"pip": 0.0}, {}]) is None


def test_a_nested_weighting_replaces_the_outer_one_and_gives_it_back(
    small: Small, small_bank: Bank
) -> None:
    small_bank.add(for_small("pip", 4, 0))
    x, plain = x_of(1), small(x_of(1))
    with small_bank.rows([{"pip": 1.0}]):
        full = small(x)
        with small_bank.rows([{}]):
            assert torch.equal(small(x), plain)
        assert torch.equal(small(x), full)
    assert torch.equal(small(x), plain)


def test_an_error_inside_gives_the_weighting_back(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 4, 0))
    plain = small(x_of(1))
    with pytest.raises(KeyboardInterrupt), small_bank.rows([{"pip": 1.0}]):
        raise KeyboardInterrupt
    assert torch.equal(small(x_of(1)), plain)


def test_eject_leaves_no_trace(base: Base) -> None:
    networks = (base.unet, base.text_encoder)
    modules = [list(n.named_modules()) for n in networks]
    keys = [list(n.state_dict()) for n in networks]
    base.bank.add(strong(base.bank, "pip"))
    assert [list(n.state_dict()) for n in networks] == keys
    base.bank.eject()
    assert base.bank.names == ()
    assert [list(n.named_modules()) for n in networks] == modules
    for _, module in (pair for found in modules for pair in found):
        assert not module._forward_hooks
        assert not module._forward_pre_hooks


def test_a_whole_base_draws_every_row_with_its_own_adapters(base: Base) -> None:
    base.bank.add(strong(base.bank, "pip", 1))
    base.bank.add(strong(base.bank, "moss", 2, rank=5))
    rows = [{"pip": 0.7}, {}, {"moss": 0.4, "pip": -0.2}]
    texts = ["a fox", "a girl", "two cats"]
    x = torch.randn(3, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    t = torch.tensor([900, 500, 10])

    def run(i: slice) -> torch.Tensor:
        with torch.no_grad(), base.bank.rows(rows[i]):
            text = base.encode_text(texts[i])
            out = base.denoise(torch.cat([x[i]] * 2), t[i].repeat(2), torch.cat([text] * 2))
            return out.chunk(2)[1]

    together = run(slice(0, 3))
    for i in range(3):
        assert apart(together[i : i + 1], run(slice(i, i + 1))) < 5e-5
    with torch.no_grad():
        plain = base.denoise(x, t, base.encode_text(texts))
    assert apart(together[1], plain[1]) < 5e-5
    assert apart(together[0], plain[0]) > 0.01


def test_gradients_reach_the_factors_alone_in_float32_under_bfloat16(base: Base) -> None:
    frozen = [p.clone() for p in base.unet.parameters()]
    base.bank.add(fresh(base.bank, "pip", rank=2, alpha=2, conv_rank=2))
    parameters = base.bank.train_one("pip")
    x, t = torch.randn(2, 4, 8, 8), torch.tensor([10, 700])
    optimizer = torch.optim.SGD(parameters, lr=1.0)
    for _ in range(2):
        with torch.autocast("cpu", torch.bfloat16), base.bank.rows([{"pip": 1.0}] * 2):
            out = base.denoise(x, t, base.encode_text(["a", "b"]))
        optimizer.zero_grad()
        out.float().square().mean().backward()
        optimizer.step()
    assert len(parameters) == 2 * len(base.bank.module_names(conv=True))
    assert all(p.grad is not None and p.grad.dtype == torch.float32 for p in parameters)
    assert all(p.grad is None for p in base.unet.parameters())
    assert all(torch.equal(a, b) for a, b in zip(frozen, base.unet.parameters(), strict=True))
    named = base.bank.parameters("pip")
    assert {id(p) for p in named.values()} == {id(p) for p in parameters}
    assert all(k.endswith((".lora_down.weight", ".lora_up.weight")) for k in named)
    assert any(f.up.abs().max() > 0 for f in base.bank.adapter("pip").factors.values())


def test_gradients_equal_those_of_merged_weights(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 3, 0))
    small_bank.train_one("pip")
    with small_bank.rows([{"pip": 0.5}]):
        small(x_of(1)).square().sum().backward()
    named = small_bank.parameters("pip")
    down = named["lora_unet_line.lora_down.weight"]
    up = named["lora_unet_line.lora_up.weight"]
    weight = (small.line.weight + 0.5 * (2 / 3) * up @ down).detach().requires_grad_()
    rest = merged(small, [(small_bank.adapter("pip"), 0.5)])
    seen = rest.narrow(torch.tanh(rest.wide(x_of(1)))).flatten(2).transpose(1, 2)
    torch.nn.functional.linear(seen, weight, small.line.bias).square().sum().backward()
    assert weight.grad is not None
    assert down.grad is not None
    assert torch.allclose(down.grad, up.T @ weight.grad / 3, rtol=1e-4, atol=1e-5)


def test_what_is_being_trained_is_never_stale(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 3, 0))
    parameters = small_bank.train_one("pip")
    with torch.no_grad():
        first = said(small_bank, small, x_of(1), [{"pip": 1.0}])
        parameters[1].mul_(3)
        second = said(small_bank, small, x_of(1), [{"pip": 1.0}])
    kept = small_bank.adapter("pip")
    assert apart(first, second) > 0.01
    parameters[1].data.zero_()
    assert all(f.up.abs().max() > 0 for f in kept.factors.values())


def test_a_half_precision_base_takes_float32_factors(small: Small) -> None:
    net = small.to(torch.bfloat16)
    bank = Bank({"lora_unet": net})
    bank.add(for_small("pip", 3, 0))
    assert said(bank, net, x_of(2).bfloat16(), [{"pip": 1.0}, {}]).dtype == torch.bfloat16


def test_unknown_and_doubled_names_are_told(small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 3, 0))
    with pytest.raises(Missing, match="Did you mean 'pip'"), small_bank.rows([{"pib": 1.0}]):
        pass
    with pytest.raises(Missing):
        small_bank.remove("moss")
    with pytest.raises(BadInput, match="loaded already"):
        small_bank.add(for_small("pip", 3, 0))


def test_an_adapter_of_another_base_is_unfit_and_all_is_told_at_once(small_bank: Bank) -> None:
    pip = for_small("pip", 3, 0)
    factors = {
        **pip.factors,
        "lora_unet_line": Factors(torch.zeros(3, 9), torch.zeros(7, 3), 1.0),
        "lora_unet_nowhere": Factors(torch.zeros(3, 9), torch.zeros(7, 3), 1.0),
    }
    other = Adapter("pip", "lora", factors, {"ss_base_model_version": "sd_v1"})
    with pytest.raises(Unfit) as raised:
        small_bank.add(other)
    told = str(raised.value)
    assert "does not fit the small base" in told
    assert "1 of its layers are not there: lora_unet_nowhere" in told
    assert "lora_unet_line (9->7, the base's is 5->7)" in told
    assert "made for 'sd_v1'" in told
    assert small_bank.names == ()
    with pytest.raises(Unfit, match="empty"):
        small_bank.add(Adapter("none", "lora", {}))


def test_linear_factors_serve_a_1x1_convolution(small: Small, small_bank: Bank) -> None:
    pip = for_small("pip", 3, 0)
    narrow = pip.factors["lora_unet_narrow"]
    flat = Factors(narrow.down.flatten(1), narrow.up.flatten(1), narrow.scale)
    small_bank.add(Adapter("four", "lora", {"lora_unet_narrow": narrow}))
    small_bank.add(Adapter("two", "lora", {"lora_unet_narrow": flat}))
    x = x_of(1)
    four, two = (said(small_bank, small, x, [{n: 1.0}]) for n in ("four", "two"))
    assert torch.equal(four, two)

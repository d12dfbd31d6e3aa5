"""The weighting by place: its identities hold exactly, or to the last digits of float32."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
import torch

from castmates.adapters.gate import Part
from castmates.adapters.layer import Bank
from castmates.adapters.lora import Ranks
from castmates.adapters.makers import Wanted
from castmates.adapters.places import Acts, PlaceGate, averaged, grid_of
from castmates.families.base import Base
from tests.adapters.conftest import Small
from tests.adapters.making import for_small, strong
from tests.adapters.test_native import Rich, learned

TEXTS = ((0, 77), (77, 154), (154, 231))


@pytest.fixture
def rich() -> Rich:
    torch.manual_seed(0)
    return Rich().requires_grad_(False)


def x_of(count: int, seed: int = 1) -> torch.Tensor:
    return torch.randn(count, 6, 8, 8, generator=torch.Generator().manual_seed(seed))


def gate_of(
    masks: torch.Tensor, *within: Mapping[str, float], everywhere: Mapping[str, float] | None = None
) -> PlaceGate:
    texts = TEXTS[: len(masks) + 1]
    gate = PlaceGate.of([Acts(everywhere or {}, within, masks)], texts)
    assert gate is not None
    return gate


def said(bank: Bank, net: Small, x: torch.Tensor, gate: PlaceGate | None) -> torch.Tensor:
    with bank.gated(gate):
        return net(x)


def halves(height: int = 8, width: int = 8) -> torch.Tensor:
    left = torch.zeros(height, width)
    left[:, : width // 2] = 1.0
    return torch.stack([left, 1.0 - left])


def apart(one: torch.Tensor, other: torch.Tensor) -> float:
    return float((one - other).abs().max())


def test_a_full_mask_is_the_plain_adapter_to_the_bit(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 4, 0))
    x = x_of(2)
    gate = PlaceGate.of([Acts({}, [{"pip": 0.7}], torch.ones(1, 8, 8))], TEXTS[:2])
    with small_bank.rows([{"pip": 0.7}]):
        plain = small(x)
    assert torch.equal(said(small_bank, small, x, gate), plain)


def test_an_empty_mask_is_the_base_to_the_bit(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("pip", 4, 0))
    x = x_of(2)
    gate = gate_of(torch.zeros(1, 8, 8), {"pip": 0.7})
    assert torch.equal(said(small_bank, small, x, gate), small(x))
    assert PlaceGate.of([Acts({}, [{"pip": 0.0}], torch.ones(1, 8, 8))], TEXTS[:2]) is None


def test_halves_hold_their_own_adapters_in_linear_layers_and_convolutions(
    small: Small, small_bank: Bank
) -> None:
    """The 3x3 has stride 2, the others see 4 x 4: where the input is its own, the output is."""
    small_bank.add(for_small("pip", 4, 0))
    small_bank.add(for_small("moss", 3, 1))
    x = x_of(1)
    both = said(small_bank, small, x, gate_of(halves(), {"pip": 1.0}, {"moss": 0.6}))
    with small_bank.rows([{"pip": 1.0}]):
        left = small(x)
    with small_bank.rows([{"moss": 0.6}]):
        right = small(x)
    grid = both.reshape(1, 4, 4, -1)
    assert apart(grid[:, :, :2], left.reshape(1, 4, 4, -1)[:, :, :2]) < 1e-5
    assert apart(grid[:, :, 2:], right.reshape(1, 4, 4, -1)[:, :, 2:]) < 1e-5


def test_the_same_adapter_in_both_halves_is_the_adapter_everywhere(
    small: Small, small_bank: Bank
) -> None:
    small_bank.add(for_small("pip", 4, 0))
    x = x_of(1)
    twins = said(small_bank, small, x, gate_of(halves(), {"pip": 0.5}, {"pip": 0.5}))
    with small_bank.rows([{"pip": 0.5}]):
        assert torch.equal(twins, small(x))


def test_what_acts_everywhere_joins_what_acts_in_a_place(small: Small, small_bank: Bank) -> None:
    small_bank.add(for_small("style", 2, 2))
    small_bank.add(for_small("pip", 4, 0))
    x = x_of(1)
    full = torch.ones(1, 8, 8)
    gate = gate_of(full, {"pip": 0.7}, everywhere={"style": 0.4})
    with small_bank.rows([{"style": 0.4, "pip": 0.7}]):
        assert apart(said(small_bank, small, x, gate), small(x)) < 1e-6


def test_rows_have_masks_of_their_own_and_halves_of_guidance_repeat_them(
    small: Small, small_bank: Bank
) -> None:
    small_bank.add(for_small("pip", 4, 0))
    acts = [Acts({}, [{"pip": 1.0}], mask[None]) for mask in halves()]
    gate = PlaceGate.of(acts, TEXTS[:2])
    x = x_of(2)
    both = said(small_bank, small, torch.cat([x, x]), gate)
    alone = [
        said(small_bank, small, x[i : i + 1], PlaceGate.of([one], TEXTS[:2]))
        for i, one in enumerate(acts)
    ]
    assert apart(both, torch.cat([*alone, *alone])) < 1e-5


@pytest.mark.parametrize("name", ["loha", "lokr"])
def test_kinds_in_their_own_parameters_keep_to_their_place(rich: Rich, name: str) -> None:
    adapter = learned(rich, Wanted(Ranks(2, 2.0), name))
    bank = Bank({"lora_unet": rich}, "the rich base")
    bank.add(adapter)
    x, left = x_of(1), halves()[:1]
    with bank.rows([{"pip": 0.8}]):
        plain = rich(x)
    full, half = gate_of(torch.ones(1, 8, 8), {"pip": 0.8}), gate_of(left, {"pip": 0.8})
    with bank.gated(full):
        assert torch.equal(rich(x), plain)
    with bank.gated(half):
        found = rich(x).reshape(1, 4, 4, -1)
    base = rich(x).reshape(1, 4, 4, -1)
    assert apart(found[:, :, :2], plain.reshape(1, 4, 4, -1)[:, :, :2]) < 1e-5
    assert apart(found[:, :, 2:], base[:, :, 2:]) < 1e-5


def test_keys_and_values_are_weighed_by_the_token_of_the_text() -> None:
    gate = gate_of(halves(), {"pip": 1.0}, {"moss": 0.5}, everywhere={"style": 2.0})
    parts = (Part("pip", 2, 1.0), Part("moss", 1, 0.5), Part("style", 1, 1.0))
    layer = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
    weights = gate.over(parts, torch.zeros(1, 231, 4), 1, layer)
    assert weights.shape == (1, 231, 4)
    assert weights[0, 0].tolist() == [0.0, 0.0, 0.0, 2.0]
    assert weights[0, 77].tolist() == [1.0, 1.0, 0.0, 2.0]
    assert weights[0, 230].tolist() == [0.0, 0.0, 0.25, 2.0]
    query = gate.over(parts, torch.zeros(1, 64, 4), 1, layer.replace("to_k", "to_q"))
    assert query[0, 0].tolist() == [1.0, 1.0, 0.0, 2.0]
    with pytest.raises(ValueError, match="reads 77 tokens; wanted 231"):
        gate.over(parts, torch.zeros(1, 77, 4), 1, layer)


def test_what_has_no_place_is_weighed_by_its_area() -> None:
    mask = torch.zeros(1, 8, 8)
    mask[:, :2] = 1.0
    gate = gate_of(mask, {"pip": 0.8})
    time = gate.over((Part("pip", 3, 1.0),), torch.zeros(1, 3), 1, "lora_unet_time_emb_proj")
    assert time.tolist() == [[pytest.approx(0.2)] * 3]


def test_masks_follow_every_resolution_by_area() -> None:
    masks = torch.rand(3, 5, 7, generator=torch.Generator().manual_seed(0))
    assert torch.equal(averaged(masks, 35), masks.flatten(1))
    assert averaged(masks, 12).shape == (3, 12)
    assert torch.allclose(averaged(torch.ones(2, 16, 24), 96), torch.ones(2, 96))
    even = averaged(masks[:, :4, :6], 6)
    assert torch.allclose(even[:, 0], masks[:, :2, :2].mean((1, 2)))
    assert grid_of(12, 5, 7) == (3, 4)
    with pytest.raises(ValueError, match="7x5 are never 11 tokens"):
        grid_of(11, 5, 7)


def test_texts_and_masks_must_be_as_many(small: Small) -> None:
    with pytest.raises(ValueError, match="wanted one more"):
        PlaceGate.of([Acts({}, [{"pip": 1.0}], torch.ones(1, 8, 8))], TEXTS)
    gate = gate_of(torch.ones(1, 8, 8), {"pip": 1.0})
    with pytest.raises(ValueError, match="3 rows in a batch of 1"):
        gate.over((Part("pip", 1, 1.0),), torch.zeros(3, 64, 1), 1, "a")


def test_a_whole_network_with_a_full_mask_is_the_plain_adapter(base: Base) -> None:
    base.bank.add(strong(base.bank, "pip", 1))
    x = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(3))
    t = torch.tensor([500])
    with torch.no_grad():
        text = base.encode_text(["a fox"])
        with base.bank.rows([{"pip": 0.8}]):
            plain = base.denoise(x, t, text)
        # One text: what cross-attention reads is the region's own.
        masks = torch.ones(1, 8, 8)
        gate = PlaceGate.of([Acts({}, [{"pip": 0.8}], masks)], ((0, 0), (0, 77)))
        with base.bank.gated(gate):
            assert apart(base.denoise(x, t, text), plain) < 1e-5
        empty = PlaceGate.of([Acts({}, [{"pip": 0.8}], 0 * masks)], ((0, 77), (77, 77)))
        with base.bank.gated(empty):
            assert torch.equal(base.denoise(x, t, text), base.denoise(x, t, text))

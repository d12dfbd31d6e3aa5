"""Fresh adapters, and the names of the layers they act on."""

from __future__ import annotations

import re

import pytest
import torch

from castmates.adapters.lora import fresh
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base

UNET = re.compile(
    r"lora_unet_(down_blocks_\d+|mid_block|up_blocks_\d+)_"
    r"(attentions_\d+_(proj_in|proj_out|transformer_blocks_0_"
    r"(attn[12]_to_(q|k|v|out_0)|ff_net_0_proj|ff_net_2))"
    r"|resnets_\d+_(conv1|conv2|conv_shortcut|time_emb_proj)|(down|up)samplers_0_conv)"
)
TEXT = re.compile(r"lora_te_text_model_encoder_layers_\d+_(self_attn_(q|k|v|out)_proj|mlp_fc[12])")


def test_all_names_are_kohyas(base: Base) -> None:
    names = base.bank.module_names(conv=True)
    assert len(names) == len(set(names))
    assert all(UNET.fullmatch(n) or TEXT.fullmatch(n) for n in names)
    plain = base.bank.module_names()
    assert not any("resnets" in n or "samplers" in n for n in plain)
    # Four transformers (down, mid, up x 2) of 12 layers, and two text layers of 6.
    assert len(plain) == 4 * 12 + 2 * 6
    with pytest.raises(BadInput, match="Did you mean 'lora_te'"):
        base.bank.module_names(["lora_te1"])


def test_a_fresh_adapter_changes_nothing(base: Base) -> None:
    adapter = fresh(base.bank, "pip", rank=4, alpha=4, conv_rank=2, seed=5)
    base.bank.add(adapter)
    x, t, text = torch.randn(1, 4, 8, 8), torch.tensor([3]), base.encode_text(["a"])
    plain = base.denoise(x, t, text)
    with base.bank.rows([{"pip": 1.0}]):
        assert torch.equal(base.denoise(x, t, text), plain)
    assert adapter.kind == "locon"
    assert fresh(base.bank, "pip", rank=4, alpha=4).kind == "lora"


def test_numbers_follow_from_seed_and_layer_alone(base: Base) -> None:
    few = fresh(base.bank, "a", rank=4, alpha=4, text_encoder=False, seed=1)
    many = fresh(base.bank, "b", rank=4, alpha=4, conv_rank=2, seed=1)
    other = fresh(base.bank, "c", rank=4, alpha=4, text_encoder=False, seed=2)
    assert not any(n.startswith("lora_te") for n in few.factors)
    for name, factors in few.factors.items():
        assert torch.equal(factors.down, many.factors[name].down)
        assert not torch.equal(factors.down, other.factors[name].down)
        bound = factors.down[0].numel() ** -0.5
        assert 0.5 * bound < factors.down.abs().max() <= bound


def test_ranks_and_alphas_go_where_kohya_puts_them(base: Base) -> None:
    made = fresh(base.bank, "a", rank=4, alpha=2, conv_rank=3, conv_alpha=1)
    for name, factors in made.factors.items():
        wide = factors.down.dim() == 4 and factors.down.shape[2] == 3
        assert (factors.rank, factors.alpha) == ((3, 1) if wide else (4, 2)), name
    free = fresh(base.bank, "a", rank=4, alpha=0, conv_rank=3)
    assert all(f.scale == 1 for f in free.factors.values())


def test_what_cannot_be_trained_is_told(base: Base) -> None:
    from castmates.adapters.layer import Bank

    with pytest.raises(BadInput, match="Rank 0"):
        fresh(base.bank, "a", rank=0, alpha=1)
    with pytest.raises(Unfit, match="no layer"):
        fresh(Bank({"lora_unet": torch.nn.Linear(2, 2)}), "a", rank=2, alpha=1)

"""Files of other programs are read as what they are, or refused with the reason."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from castmates.adapters.card import describe
from castmates.adapters.file import load
from castmates.adapters.keys.dotted import dotted, joined
from castmates.adapters.keys.numbered import layers_of
from castmates.core.errors import BadInput, Unfit
from castmates.families.base import Base
from tests.adapters.written import CONV, FC, PLACE, Q, kohya, loha, some, written

DOWN, UP = some(3, 6), some(5, 3)
SPELLINGS = {
    "peft": (f"unet.{PLACE}.attn1.to_q.lora_A.weight", f"unet.{PLACE}.attn1.to_q.lora_B.weight"),
    "peft with a name": (
        f"base_model.model.{PLACE}.attn1.to_q.lora_A.default.weight",
        f"base_model.model.{PLACE}.attn1.to_q.lora_B.default.weight",
    ),
    "diffusers": (
        f"unet.{PLACE}.attn1.to_q.lora.down.weight",
        f"unet.{PLACE}.attn1.to_q.lora.up.weight",
    ),
    "diffusers processors": (
        f"unet.{PLACE}.attn1.processor.to_q_lora.down.weight",
        f"unet.{PLACE}.attn1.processor.to_q_lora.up.weight",
    ),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_dotted_names_are_read(spelling: str, tmp_path: Path) -> None:
    down, up = SPELLINGS[spelling]
    path = written(tmp_path / "a.safetensors", {down: DOWN, up: UP})
    [(layer, factors)] = load(path).factors.items()
    assert (layer, factors.scale) == (Q, 1.0)
    assert torch.equal(factors.down, DOWN)
    assert torch.equal(factors.up, UP)
    card = describe(path)
    assert (card.dialect, card.kind, card.family) == (spelling.split()[0], "lora", "sd15")
    assert (card.rank, card.modules, card.problems) == (3, 1, ())


def test_text_layers_in_both_dotted_dialects(tmp_path: Path) -> None:
    path = "text_encoder.text_model.encoder.layers.0.mlp.fc1"
    for down, up in (("lora_A", "lora_B"), ("lora_linear_layer.down", "lora_linear_layer.up")):
        keys = {f"{path}.{down}.weight": DOWN, f"{path}.{up}.weight": UP}
        assert [*load(written(tmp_path / "a.safetensors", keys)).factors] == [FC]


def test_alpha_comes_from_where_peft_puts_it(tmp_path: Path) -> None:
    down, up = SPELLINGS["peft"]
    told = {"unet.r": 3, "unet.lora_alpha": 6, "unet.alpha_pattern": {}}
    path = tmp_path / "a.safetensors"
    written(path, {down: DOWN, up: UP}, lora_adapter_metadata=json.dumps(told))
    assert load(path).factors[Q].scale == 2.0
    told["unet.alpha_pattern"] = {"attn1.to_q": 1.5}
    written(path, {down: DOWN, up: UP}, lora_adapter_metadata=json.dumps(told))
    assert load(path).factors[Q].scale == 0.5
    down, up = SPELLINGS["peft with a name"]
    beside = written(tmp_path / "adapter_model.safetensors", {down: DOWN, up: UP})
    (tmp_path / "adapter_config.json").write_text(json.dumps({"r": 3, "lora_alpha": 12}))
    assert load(beside).factors[Q].scale == 4.0


def test_joined_and_dotted_names_are_each_others_inverse() -> None:
    paths = [
        f"unet.{PLACE}.{end}"
        for end in ("attn2.to_out.0", "ff.net.0.proj", "ff.net.2", "attn1.to_k")
    ]
    paths += [
        "unet.mid_block.attentions.0.proj_in",
        "unet.up_blocks.1.resnets.2.conv_shortcut",
        "unet.down_blocks.0.downsamplers.0.conv",
        "unet.up_blocks.3.resnets.0.time_emb_proj",
        "text_encoder.text_model.encoder.layers.11.self_attn.q_proj",
    ]
    for path in paths:
        found = joined(f"{path}.lora_A.weight")
        assert found is not None
        assert dotted(found[0]) == path
    with pytest.raises(Unfit, match="no name"):
        dotted("lora_unet_input_blocks_4_1_proj_in")


def simo(root: str, number: int, into: int = 6) -> dict[str, torch.Tensor]:
    return {f"{root}:{number}:up": some(5, 4), f"{root}:{number}:down": some(4, into)}


def test_numbered_layers_are_those_of_sd15(tmp_path: Path) -> None:
    unet = layers_of("unet")
    assert (len(unet), len(set(unet)), len(layers_of("text_encoder"))) == (144, 144, 48)
    assert unet[0] == Q
    assert unet[53].startswith("lora_unet_down_blocks_2_")
    assert unet[54].startswith("lora_unet_up_blocks_1_")
    assert all("mid_block" in name for name in unet[-9:])
    keys = {**simo("unet", 0), **simo("unet", 4), **simo("text_encoder", 1)}
    told = {"unet": '["CrossAttention", "Attention", "GEGLU"]', "unet:0:rank": "4"}
    path = written(tmp_path / "a.safetensors", keys, **told)
    found = load(path).factors
    assert {n.rpartition("_0_")[2] for n in found} == {"attn1_to_q", "proj", "self_attn_v_proj"}
    assert all(f.scale == 1.0 and f.rank == 4 for f in found.values())
    assert (describe(path).dialect, describe(path).rank) == ("cloneofsimo", 4)


def test_numbered_layers_that_cannot_be_known_are_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.safetensors", simo("unet", 144))
    with pytest.raises(BadInput, match="layer 144"):
        load(path)
    written(path, simo("unet", 0), unet='["CrossAttention", "ResnetBlock2D"]')
    with pytest.raises(BadInput, match="ResnetBlock2D"):
        load(path)
    written(path, {**simo("unet", 0), "<s1>": some(768)}, **{"<s1>": "<embed>"})
    assert [*load(path).factors] == [Q]


@pytest.mark.parametrize("key", [f"{Q}.oft_blocks", f"{Q}.a1.weight", f"{Q}.on_input", f"{Q}.diff"])
def test_kinds_without_factors_are_told(key: str, tmp_path: Path) -> None:
    path = written(tmp_path / "a.safetensors", {key: some(2, 2)})
    with pytest.raises(BadInput, match="castmates reads LoRA, LoCon, LoHa, LoKr and DoRA"):
        load(path)
    assert "cannot draw with" in describe(path).problems[0]


@pytest.mark.parametrize(
    ("key", "family"),
    [
        ("transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight", "Flux"),
        ("diffusion_model.double_blocks.0.img_mod.lin.lora_A.weight", "Flux"),
        ("text_encoder_2.text_model.encoder.layers.0.mlp.fc1.lora_A.weight", "Diffusion XL"),
    ],
)
def test_dotted_files_of_other_families_are_unfit(
    base: Base, key: str, family: str, tmp_path: Path
) -> None:
    path = written(tmp_path / "a.safetensors", {key: DOWN, key.replace("lora_A", "lora_B"): UP})
    with pytest.raises(Unfit, match=family):
        base.bank.add(load(path))


def test_a_card_of_lycoris_and_of_kohya(tmp_path: Path) -> None:
    card = describe(written(tmp_path / "a.safetensors", {**loha(), **loha(CONV, columns=18)}))
    assert (card.dialect, card.kind, card.rank, card.alpha) == ("lycoris", "loha", 2, 1.0)
    card = describe(kohya(tmp_path / "b.safetensors", torch.tensor(2, dtype=torch.int64)))
    assert (card.dialect, card.kind, card.rank, card.conv_rank) == ("kohya", "locon", 3, 2)
    assert (card.alpha, card.conv_alpha, card.modules) == (2.0, 2.0, 3)
    assert card.metadata == {"ss_output_name": "pip"}
    assert (card.autov2, card.autov3) == (card.sha256[:10], card.tensors_sha256[:12])


def test_foreign_keys_and_wrong_ranks_are_problems(tmp_path: Path) -> None:
    tensors = {f"{Q}.lora_down.weight": DOWN, f"{Q}.lora_up.weight": UP, "noise": some(2)}
    path = written(tmp_path / "a.safetensors", tensors, ss_network_dim="16")
    problems = describe(path).problems
    assert any("1 keys" in line and "noise" in line for line in problems)
    assert any("rank 16" in line and "have 3" in line for line in problems)
    with pytest.raises(BadInput, match="noise"):
        load(path)

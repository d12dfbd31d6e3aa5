"""Adapter files: written as everybody reads them, read whatever wrote them, refused with reason."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from castmates.adapters.card import describe
from castmates.adapters.convert import convert
from castmates.adapters.factors import Adapter, Factors
from castmates.adapters.file import load, save
from castmates.core.errors import BadInput, CastmatesError, Missing, Unfit
from castmates.families.base import Base
from castmates.files.tensors import read_header, tensor_hash
from tests.adapters.making import for_small, strong

Q = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"


def lora(path: Path, **more: torch.Tensor) -> Path:
    """A file with one layer of rank 2."""
    tensors = {f"{Q}.lora_down.weight": torch.ones(2, 4), f"{Q}.lora_up.weight": torch.ones(3, 2)}
    save_file({**tensors, **{f"{Q}.{k}": v for k, v in more.items()}}, path)
    return path


@given(
    rank=st.integers(1, 6),
    alpha=st.floats(0.03125, 64, width=16),
    dtype=st.sampled_from([torch.float16, torch.bfloat16, torch.float32]),
    seed=st.integers(0, 99),
)
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_is_saved_comes_back(
    tmp_path: Path, rank: int, alpha: float, dtype: torch.dtype, seed: int
) -> None:
    made = for_small("pip", rank, seed, alpha=alpha)
    save(tmp_path / "pip.safetensors", made, {}, dtype)
    back = load(tmp_path / "pip.safetensors")
    assert (back.name, back.kind, back.factors.keys()) == ("pip", "locon", made.factors.keys())
    for name, factors in made.factors.items():
        rounded = replace(factors, down=factors.down.to(dtype), up=factors.up.to(dtype))
        assert torch.allclose(back.factors[name].delta(), rounded.delta(), rtol=1e-6, atol=0)


def test_a_file_holds_kohyas_names_and_nothing_else(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "pip-000002.safetensors"
    made = strong(base.bank, "pip")
    save(path, made, {"ss_epoch": "2", "ss_steps": "40", "ss_sd_model_name": "tiny"})
    header = read_header(path)
    parts = ("alpha", "lora_down.weight", "lora_up.weight")
    assert set(header.shapes) == {f"{n}.{part}" for n in made.factors for part in parts}
    assert set(header.dtypes.values()) == {"F16"}
    assert header.shapes[f"{Q}.alpha"] == ()
    told = header.metadata
    assert told["ss_network_module"] == "networks.lora"
    assert (told["ss_network_dim"], told["ss_network_alpha"]) == ("3", "1.5")
    assert json.loads(told["ss_network_args"]) == {"conv_dim": "2", "conv_alpha": "2.0"}
    assert told["ss_base_model_version"] == "sd_v1"
    assert told["ss_output_name"] == "pip-000002"
    assert told["modelspec.architecture"] == "stable-diffusion-v1/lora"
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_the_stated_hash_is_that_of_the_bytes_as_written(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "pip.safetensors"
    save(path, strong(base.bank, "pip"))
    data = path.read_bytes()
    body = data[8 + int.from_bytes(data[:8], "little") :]
    stated = read_header(path).metadata["sshs_model_hash"]
    assert stated == sha256(body).hexdigest() == tensor_hash(path)
    save_file(load_file(path), tmp_path / "edited.safetensors", {"note": "another header"})
    assert tensor_hash(tmp_path / "edited.safetensors") == stated


def test_a_legacy_hash_of_another_file_is_not_passed_on(tmp_path: Path) -> None:
    made = replace(
        for_small("pip", 2, 0), metadata={"sshs_legacy_hash": "abc", "sshs_model_hash": "0x1"}
    )
    save(tmp_path / "pip.safetensors", made)
    told = read_header(tmp_path / "pip.safetensors").metadata
    assert "sshs_legacy_hash" not in told
    assert told["sshs_model_hash"] == tensor_hash(tmp_path / "pip.safetensors")


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("dialect", ["kohya", "peft", "diffusers"])
def test_plain_diffusers_draws_the_same_with_the_file(
    base: Base, folder: Path, tmp_path: Path, dialect: str
) -> None:
    from diffusers import StableDiffusionPipeline

    path = tmp_path / "pip.safetensors"
    save(path, strong(base.bank, "pip"))
    base.bank.add(load(path))
    convert(path, tmp_path / "given.safetensors", to=dialect)
    pipeline = StableDiffusionPipeline.from_pretrained(folder)
    pipeline.load_lora_weights(tmp_path / "given.safetensors")
    texts = ["a fox", "a girl in the snow"]
    ids = pipeline.tokenizer(texts, padding="max_length", max_length=77, return_tensors="pt")
    x = torch.randn(2, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    t = torch.tensor([800, 20])
    with torch.no_grad(), base.bank.rows([{"pip": 1.0}] * 2):
        ours = base.encode_text(texts)
        theirs = pipeline.text_encoder(ids.input_ids)[0]
        assert torch.allclose(ours, theirs, atol=1e-5)
        seen = base.denoise(x, t, ours)
        wanted = pipeline.unet(x, t, encoder_hidden_states=theirs).sample
    assert torch.allclose(seen, wanted, atol=1e-5)
    with torch.no_grad():
        assert not torch.allclose(base.denoise(x, t, ours), wanted, atol=1e-2)


@pytest.mark.parametrize(
    ("alpha", "scale"),
    [
        (None, 1.0),
        (torch.tensor(1.0), 0.5),
        (torch.tensor(1, dtype=torch.int64), 0.5),
        (torch.tensor(4.0, dtype=torch.bfloat16), 2.0),
        (torch.tensor([1.0]), 0.5),
        (torch.tensor(0.0), 1.0),
    ],
)
def test_alpha_may_be_missing_or_of_any_kind(
    tmp_path: Path, alpha: torch.Tensor | None, scale: float
) -> None:
    more = {} if alpha is None else {"alpha": alpha}
    back = load(lora(tmp_path / "a.safetensors", **more), "other")
    assert (back.name, back.factors[Q].scale) == ("other", scale)


REFUSED = {
    "no hada_w1_b": {f"{Q}.hada_w1_a": (3, 2)},
    "no lokr_w2_a": {f"{Q}.lokr_w1": (2, 2)},
    "DoRA in Tucker form": {f"{Q}.hada_t1": (2, 2, 3, 3), f"{Q}.dora_scale": (3, 1)},
    "has magnitudes and no factors": {f"{Q}.dora_scale": (3, 1)},
    "no lora_down": {f"{Q}.lora_mid.weight": (2, 2, 3, 3)},
    "OFT": {f"{Q}.oft_blocks": (2, 2)},
    "GLoRA": {f"{Q}.a1.weight": (2, 2)},
    "full weight": {f"{Q}.diff": (2, 2)},
    "no lora_up": {"unet.down_blocks.0.attn1.to_q.lora_A.weight": (2, 4)},
    "textual inversion": {"emb_params": (1, 768)},
    "whole base model": {"model.diffusion_model.out.2.weight": (4, 3)},
    "no adapter file": {"something.weight": (2, 2)},
}


@pytest.mark.parametrize("reason", REFUSED)
def test_other_kinds_and_dialects_are_refused_with_the_reason(tmp_path: Path, reason: str) -> None:
    path = tmp_path / "a.safetensors"
    save_file({key: torch.zeros(shape) for key, shape in REFUSED[reason].items()}, path)
    with pytest.raises(BadInput, match=reason):
        load(path)


FAMILIES: dict[str, Mapping[str, tuple[int, ...]]] = {
    "Stable Diffusion XL": {
        "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (2, 4)
    },
    "Flux": {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (2, 4)},
    "Stable Diffusion 3": {"lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight": (2, 4)},
}


@pytest.mark.parametrize("family", FAMILIES)
def test_adapters_of_other_families_are_unfit_and_said_to_be(
    base: Base, tmp_path: Path, family: str
) -> None:
    path = tmp_path / "a.safetensors"
    tensors = {key: torch.zeros(shape) for key, shape in FAMILIES[family].items()}
    tensors |= {key.replace("down", "up"): torch.zeros(4, 2) for key in tensors}
    save_file(tensors, path, {"ss_base_model_version": "theirs"})
    with pytest.raises(Unfit, match=f"{family}.* 'theirs'"):
        base.bank.add(load(path))


def test_an_sdxl_adapter_with_diffusers_names_is_known_by_its_text_width(
    base: Base, tmp_path: Path
) -> None:
    path, layer = tmp_path / "a.safetensors", f"{Q[:-10]}attn2_to_k"
    down, up = torch.zeros(2, 2048), torch.zeros(4, 2)
    save_file({f"{layer}.lora_down.weight": down, f"{layer}.lora_up.weight": up}, path)
    with pytest.raises(Unfit, match="Stable Diffusion XL"):
        base.bank.add(load(path))


@pytest.mark.parametrize(
    ("key", "tensor"),
    [
        ("lora_up.weight", torch.ones(3, 5)),
        ("lora_up.weight", torch.full((3, 2), float("nan"))),
        ("lora_up.weight", torch.ones(3, 2, dtype=torch.int32)),
        ("alpha", torch.ones(2)),
        ("alpha", torch.tensor(float("inf"))),
    ],
)
def test_factors_that_do_not_belong_together_are_refused(
    tmp_path: Path, key: str, tensor: torch.Tensor
) -> None:
    with pytest.raises(BadInput, match="is broken"):
        load(lora(tmp_path / "a.safetensors", **{key: tensor}))


def test_broken_files_are_told(tmp_path: Path) -> None:
    whole = lora(tmp_path / "a.safetensors").read_bytes()
    with pytest.raises(Missing):
        load(tmp_path / "none.safetensors")
    for data in (b"", b"not a file", whole[:40], whole[:-8]):
        (tmp_path / "b.safetensors").write_bytes(data)
        with pytest.raises(BadInput):
            load(tmp_path / "b.safetensors")
    (tmp_path / "c.pt").write_bytes(whole)
    with pytest.raises(BadInput, match="pickle"):
        load(tmp_path / "c.pt")


def test_what_float16_cannot_hold_is_not_written(tmp_path: Path) -> None:
    made = Adapter("pip", "lora", {Q: Factors(torch.ones(2, 4) * 1e6, torch.ones(3, 2), 1.0)})
    with pytest.raises(CastmatesError, match="cannot hold"):
        save(tmp_path / "a.safetensors", made)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadInput, match="no layers"):
        save(tmp_path / "a.safetensors", Adapter("pip", "lora", {}))


def test_a_card_tells_what_the_header_tells(base: Base, tmp_path: Path) -> None:
    path = tmp_path / "pip-000003.safetensors"
    told = {"ss_epoch": "3", "ss_steps": "90", "modelspec.trigger_phrase": "pip"}
    save(path, strong(base.bank, "pip"), {**told, "ss_sd_model_name": "tiny"})
    card = describe(path)
    assert (card.kind, card.family, card.version, card.base) == ("locon", "sd15", "sd_v1", "tiny")
    assert (card.rank, card.alpha, card.conv_rank, card.conv_alpha) == (3, 1.5, 2, 2.0)
    assert (card.epoch, card.steps, card.trigger) == (3, 90, "pip")
    assert card.unet_layers + card.text_layers == len(base.bank.module_names(conv=True))
    assert (card.tensors_sha256, card.problems) == (tensor_hash(path), ())


@pytest.mark.parametrize(
    ("stated", "words"),
    [("e3b0c44298fc1c14", "empty file"), ("0x{}", "'0x'"), ("12" * 32, "its tensors have")],
)
def test_a_card_notes_hashes_that_lie(tmp_path: Path, stated: str, words: str) -> None:
    path = lora(tmp_path / "a.safetensors")
    save_file(load_file(path), path, {"sshs_model_hash": stated.format(tensor_hash(path))})
    [note] = describe(path).problems
    assert words in note


def test_a_card_describes_what_cannot_be_drawn_with_yet(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file({f"{Q}.hada_w1_a": torch.zeros(3, 2)}, path, {"ss_epoch": "None", "ss_steps": "x"})
    card = describe(path)
    assert (card.kind, card.family, card.epoch, card.steps) == ("loha", "sd15", None, None)

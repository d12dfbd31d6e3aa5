"""There and back the bytes are the same; what is lost by a lower rank is said."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from castmates.adapters.convert import convert
from castmates.adapters.file import load
from castmates.core.errors import BadInput
from castmates.files.tensors import read_header, tensor_hash
from tests.adapters.written import CONV, Q, kohya, loha, some, written


@pytest.mark.parametrize("to", ["peft", "diffusers", "kohya"])
@pytest.mark.parametrize(
    ("alpha", "dtype"),
    [
        (torch.tensor(3.0, dtype=torch.float16), torch.float16),
        (torch.tensor(1.7), torch.float16),
        (torch.tensor(1, dtype=torch.int64), torch.bfloat16),
        (torch.tensor(0.0), torch.float16),
        (torch.tensor(0.0), torch.float32),
    ],
)
def test_there_and_back_are_the_same_bytes(
    to: str, alpha: torch.Tensor, dtype: torch.dtype, tmp_path: Path
) -> None:
    path = kohya(tmp_path / "a.safetensors", alpha, dtype)
    there = convert(path, tmp_path / "b.safetensors", to=to)
    back = convert(tmp_path / "b.safetensors", tmp_path / "c.safetensors")
    assert (there.error, back.error) == (0.0, 0.0)
    assert back.tensors_sha256 == tensor_hash(tmp_path / "c.safetensors") == tensor_hash(path)
    told = read_header(tmp_path / "c.safetensors").metadata
    assert told["ss_output_name"] == "pip"
    assert told["sshs_model_hash"] == back.tensors_sha256


@pytest.mark.parametrize("to", ["peft", "diffusers"])
def test_dotted_files_are_as_strong_without_an_alpha(to: str, tmp_path: Path) -> None:
    path = kohya(tmp_path / "a.safetensors", torch.tensor(1.7))
    convert(path, tmp_path / "b.safetensors", to=to)
    bare = load_file(tmp_path / "b.safetensors")
    assert all("alpha" not in key for key in bare)
    stranger = load(written(tmp_path / "stranger.safetensors", bare))
    for layer, wanted in load(path).factors.items():
        found = stranger.factors[layer]
        assert found.scale == 1.0
        torch.testing.assert_close(found.delta(), wanted.delta(), rtol=1e-6, atol=1e-6)


def test_a_dotted_file_keeps_its_bytes_through_kohyas_names(tmp_path: Path) -> None:
    convert(kohya(tmp_path / "k.safetensors"), tmp_path / "a.safetensors", to="peft")
    bare = written(tmp_path / "b.safetensors", load_file(tmp_path / "a.safetensors"))
    convert(bare, tmp_path / "c.safetensors")
    convert(tmp_path / "c.safetensors", tmp_path / "d.safetensors", to="peft")
    assert tensor_hash(tmp_path / "d.safetensors") == tensor_hash(bare)


def test_a_loha_becomes_a_lora_of_rank_r_squared(tmp_path: Path) -> None:
    tensors = {**loha(), **loha(CONV, columns=18)}
    single = {k: v.float() for k, v in tensors.items()}
    path = written(tmp_path / "a.safetensors", single, ss_network_module="lycoris.kohya")
    made = convert(path, tmp_path / "b.safetensors", kind="lora")
    # Products of two fp16 numbers fit into float32: nothing is lost.
    assert (made.rank, made.kind, made.error) == (4, "locon", 0.0)
    for layer, factors in load(path).factors.items():
        assert torch.equal(load(tmp_path / "b.safetensors").factors[layer].delta(), factors.delta())
    told = read_header(tmp_path / "b.safetensors").metadata
    assert (told["ss_network_module"], told["ss_network_dim"]) == ("networks.lora", "4")
    half = written(tmp_path / "half.safetensors", tensors)
    rounded = convert(half, tmp_path / "c.safetensors", kind="lora")
    assert 0 < rounded.error < 2e-3
    assert "off by" in rounded.notes[-1]


def test_a_lower_rank_says_what_it_loses(tmp_path: Path) -> None:
    path = kohya(tmp_path / "a.safetensors", torch.tensor(3.0), torch.float32)
    made = convert(path, tmp_path / "b.safetensors", rank=1)
    assert made.rank == 1
    lost = total = 0.0
    for layer, wanted in load(path).factors.items():
        found = load(tmp_path / "b.safetensors").factors[layer].delta()
        lost += float((found - wanted.delta()).square().sum())
        total += float(wanted.delta().square().sum())
    assert made.error == pytest.approx((lost / total) ** 0.5, rel=1e-4)
    assert made.worst >= made.error
    same = convert(path, tmp_path / "c.safetensors", rank=64)
    assert (same.error, same.tensors_sha256) == (0.0, tensor_hash(path))


def test_a_loha_to_a_given_rank_in_dotted_names(tmp_path: Path) -> None:
    path = written(tmp_path / "a.safetensors", loha())
    made = convert(path, tmp_path / "b.safetensors", to="peft", kind="lora", rank=3)
    assert (made.rank, made.dialect) == (3, "peft")
    assert load(tmp_path / "b.safetensors").factors[Q].rank == 3


def test_what_cannot_be_done_is_refused(tmp_path: Path) -> None:
    plain, other = kohya(tmp_path / "a.safetensors"), tmp_path / "b.safetensors"
    lycoris = written(tmp_path / "loha.safetensors", loha())
    dora = written(tmp_path / "dora.safetensors", {**loha(), f"{Q}.dora_scale": some(5, 1)})
    for words, args in {
        "Did you mean 'peft'": {"source": plain, "target": other, "to": "pef"},
        "plain LoRA": {"source": plain, "target": other, "kind": "lokr"},
        "no names for": {"source": lycoris, "target": other, "to": "peft"},
        "a DoRA": {"source": dora, "target": other, "kind": "lora"},
        "the file itself": {"source": plain, "target": plain},
        "End it in": {"source": plain, "target": tmp_path / "b.pt"},
        "The rank is 0": {"source": plain, "target": other, "rank": 0},
    }.items():
        with pytest.raises(BadInput, match=words):
            convert(**args)  # type: ignore[arg-type]
    assert not other.exists()
    kept = convert(dora, other)
    assert kept.kind == "dora"
    assert tensor_hash(other) == tensor_hash(dora)

"""Several adapters as one: exactly their weighted sum, or the nearest of a rank, and said so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch

from castmates.adapters.file import load
from castmates.adapters.merge import merge
from castmates.core.errors import BadInput, Missing, Unfit
from castmates.files.tensors import read_header, tensor_hash
from tests.adapters.written import CONV, FC, Q, kohya, loha, some, written


def single(path: Path, **told: str) -> Path:
    """A layer of attention that others have, too, and a text layer."""
    tensors = {
        f"{Q}.lora_down.weight": some(4, 6, seed=7, dtype=torch.float32),
        f"{Q}.lora_up.weight": some(5, 4, seed=8, dtype=torch.float32),
        f"{Q}.alpha": torch.tensor(2.0),
    }
    return written(path, tensors, **told)


@pytest.fixture
def two(tmp_path: Path) -> list[Path]:
    first = kohya(tmp_path / "pip.safetensors", torch.tensor(3.0), torch.float32)
    return [first, single(tmp_path / "inks.safetensors")]


def deltas(path: Path) -> dict[str, torch.Tensor]:
    return {layer: f.delta() for layer, f in load(path).factors.items()}


def test_the_sum_is_exact_and_layers_of_one_only_are_kept(two: list[Path], tmp_path: Path) -> None:
    target = tmp_path / "both.safetensors"
    made = merge(two, [0.7, -0.3], target)
    found, first, second = deltas(target), deltas(two[0]), deltas(two[1])
    assert found.keys() == {Q, CONV, FC}
    torch.testing.assert_close(found[Q], 0.7 * first[Q] - 0.3 * second[Q], atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(found[CONV], 0.7 * first[CONV], atol=1e-6, rtol=1e-5)
    assert load(target).factors[Q].rank == 3 + 4
    assert made.error < 1e-6
    assert made.notes[0] == "0.7 x pip + -0.3 x inks"


def test_one_alone_keeps_its_numbers(tmp_path: Path) -> None:
    path = kohya(tmp_path / "pip.safetensors", torch.tensor(3.0, dtype=torch.float16))
    made = merge([path], [1.0], tmp_path / "a.safetensors")
    assert (made.error, made.tensors_sha256) == (0.0, tensor_hash(path))
    half = merge([path], [0.5], tmp_path / "b.safetensors")
    assert half.error == 0.0
    for layer, delta in deltas(tmp_path / "b.safetensors").items():
        torch.testing.assert_close(delta, 0.5 * deltas(path)[layer], atol=0, rtol=1e-6)


def test_a_loha_and_a_lora_of_a_lower_rank(two: list[Path], tmp_path: Path) -> None:
    other = written(tmp_path / "loha.safetensors", loha())
    target = tmp_path / "c.safetensors"
    made = merge([two[0], other], [1.0, 1.0], target, rank=3, to="peft")
    assert (made.dialect, load(target).factors[Q].rank) == ("peft", 3)
    wanted = deltas(two[0])[Q] + deltas(other)[Q]
    u, s, v = torch.linalg.svd(wanted.double())
    nearest = (u[:, :3] * s[:3]) @ v[:3]
    torch.testing.assert_close(deltas(target)[Q].double(), nearest, atol=1e-4, rtol=1e-4)
    assert made.worst == pytest.approx(float(s[3:].norm() / s.norm()), rel=1e-3)


def test_the_header_says_what_it_came_from(tmp_path: Path) -> None:
    told = {"ss_sd_model_name": "tiny", "modelspec.trigger_phrase": "pip", "ss_epoch": "4"}
    first = single(tmp_path / "a.safetensors", **told)
    second = single(tmp_path / "b.safetensors", ss_sd_model_name="tiny", ss_epoch="9")
    made = merge([first, second], [0.5, 0.5], tmp_path / "c.safetensors")
    header = read_header(tmp_path / "c.safetensors").metadata
    assert header["ss_sd_model_name"] == "tiny"
    assert header["modelspec.merged_from"] == "a, b"
    assert header["modelspec.trigger_phrase"] == "pip"
    assert json.loads(header["castmates.merged"])[1] == {"name": "b", "weight": 0.5}
    assert (header["ss_network_dim"], "ss_epoch" in header) == ("8", False)
    assert header["sshs_model_hash"] == made.tensors_sha256
    third = single(tmp_path / "d.safetensors", ss_sd_model_name="another")
    other = merge([first, third], [1.0, 1.0], tmp_path / "e.safetensors")
    assert any("different bases: tiny, another" in note for note in other.notes)


def test_what_cannot_be_merged_is_told(two: list[Path], tmp_path: Path) -> None:
    out = tmp_path / "out.safetensors"
    dora = written(tmp_path / "dora.safetensors", {**loha(), f"{Q}.dora_scale": some(5, 1)})
    other = written(tmp_path / "other.safetensors", loha(columns=9))
    wide = {f"{Q[:-10]}attn2_to_k.lora_down.weight": some(2, 2048)}
    xl = written(
        tmp_path / "xl.safetensors", {**wide, f"{Q[:-10]}attn2_to_k.lora_up.weight": some(3, 2)}
    )
    with pytest.raises(BadInput, match=r"2 adapters, and the weights are \[0\.7\]"):
        merge(two, [0.7], out)
    with pytest.raises(BadInput, match="nan"):
        merge(two, [0.7, float("nan")], out)
    with pytest.raises(BadInput, match="is a DoRA"):
        merge([two[0], dora], [1, 1], out)
    with pytest.raises(Unfit, match="shapes 6->5 and 9->5"):
        merge([two[0], other], [1, 1], out)
    with pytest.raises(Unfit, match="different families"):
        merge([two[0], xl], [1, 1], out)
    with pytest.raises(BadInput, match="one of the files"):
        merge(two, [1, 1], two[1])
    with pytest.raises(Missing):
        merge([two[0], tmp_path / "gone.safetensors"], [1, 1], out)
    assert not out.exists()

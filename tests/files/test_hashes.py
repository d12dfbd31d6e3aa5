"""The three hashes agree with their definitions, and a header's edit leaves AutoV3."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from castmates.core.errors import BadInput, Missing
from castmates.files.hashes import Hashes, hashes_of, quick_hash
from castmates.files.tensors import tensor_hash

LARGE = {"a": np.arange(400_000, dtype=np.float32)}


def test_each_hash_is_of_the_bytes_that_its_definition_names(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    save_file(LARGE, path, {"name": "pip"})
    data, seen = path.read_bytes(), list[int]()
    hashes = hashes_of(path, seen.append)
    assert hashes.sha256 == sha256(data).hexdigest()
    assert hashes.tensors_sha256 == tensor_hash(path) == sha256(LARGE["a"].tobytes()).hexdigest()
    assert hashes.autov1 == sha256(data[0x100000:0x110000]).hexdigest()[:8] == quick_hash(path)
    assert (hashes.autov2, hashes.autov3) == (hashes.sha256[:10], hashes.tensors_sha256[:12])
    assert seen[-1] == len(data)


def test_an_edited_header_keeps_the_hash_of_the_tensors_alone(tmp_path: Path) -> None:
    first, second = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    save_file(LARGE, first, {"name": "pip"})
    save_file(LARGE, second, {"name": "another name"})
    one, other = hashes_of(first), hashes_of(second)
    assert one.tensors_sha256 == other.tensors_sha256
    assert one.sha256 != other.sha256


def test_a_small_file_has_no_autov1_and_other_files_no_autov3(tmp_path: Path) -> None:
    path = tmp_path / "a.pt"
    path.write_bytes(b"whatever")
    assert hashes_of(path) == Hashes(sha256=sha256(b"whatever").hexdigest())


def test_what_is_missing_or_broken_is_told(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        hashes_of(tmp_path / "a.pt")
    (tmp_path / "a.safetensors").write_bytes(b"abc")
    with pytest.raises(BadInput, match="not a whole safetensors file"):
        hashes_of(tmp_path / "a.safetensors")


def test_digits_answer_from_the_left() -> None:
    hashes = Hashes(autov1="0123abcd", sha256="aa" * 32, tensors_sha256="bb" * 32)
    assert all(map(hashes.are, ("0123abcd", "aa" * 5, "bb" * 6, "aa" * 32)))
    assert not any(map(hashes.are, ("0123abc", "ab" * 5, "cc" * 4)))

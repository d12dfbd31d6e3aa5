"""Headers are read by hand and agree with the reference reader; absurd ones are refused."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from castmates.core.errors import BadInput, Missing
from castmates.files.tensors import read_header, tensor_hash


def test_the_header_says_shapes_kinds_and_texts(tmp_path: Path) -> None:
    path = tmp_path / "a.safetensors"
    tensors = {"a.down": np.zeros((4, 8), np.float16), "a.alpha": np.array(4, np.float32)}
    save_file(tensors, path, {"ss_epoch": "3"})
    header = read_header(path)
    assert header.metadata == {"ss_epoch": "3"}
    assert header.shapes == {"a.down": (4, 8), "a.alpha": ()}
    assert header.dtypes == {"a.down": "F16", "a.alpha": "F32"}


def test_the_hash_is_of_the_tensors_and_not_of_the_texts(tmp_path: Path) -> None:
    tensors = {"a": np.arange(6, dtype=np.float32)}
    save_file(tensors, tmp_path / "a.safetensors", {"x": "1"})
    save_file(tensors, tmp_path / "b.safetensors", {"x": "quite another text"})
    expected = sha256(tensors["a"].tobytes()).hexdigest()
    assert tensor_hash(tmp_path / "a.safetensors") == expected
    assert tensor_hash(tmp_path / "b.safetensors") == expected


def written(header: object, data: bytes = b"") -> bytes:
    text = json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"abc",
        b"\xff" * 8 + b"{}",
        (50).to_bytes(8, "little") + b"{}",
        (200_000_000).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (2).to_bytes(8, "little") + b"{]",
        written({"a": 1}),
        written({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}, b"1234"),
        written({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}, b"12"),
        written({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}}, b"1234"),
        written({"__metadata__": [1]}),
    ],
)
def test_what_is_no_whole_safetensors_file_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(BadInput, match="not a whole safetensors file"):
        read_header(path)


def test_an_absent_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing):
        read_header(tmp_path / "a.safetensors")

"""Read and retell the headers of safetensors files by hand; loads no tensor.

A safetensors file is eight bytes (the header's length, little endian), the header (JSON: name ->
dtype, shape, data_offsets; `__metadata__` -> text), then the tensors' bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.files.embedded import way_out
from castmates.files.trouble import in_words

MOST_HEADER = 100_000_000
"""Bytes of header above which the file is refused; the reference reader draws the same line."""


@dataclass(frozen=True)
class Header:
    """What a safetensors file says of itself: its texts, and each tensor's shape and dtype."""

    metadata: dict[str, str]
    shapes: dict[str, tuple[int, ...]]
    dtypes: dict[str, str]


def read_header(path: Path) -> Header:
    """The header of a safetensors file.

    Raises:
        Missing: there is no such file.
        BadInput: it is not a safetensors file, or cut off.
    """
    path = Path(path)
    with in_words(path, "read"), path.open("rb") as stream:
        length = _header_length(stream.read(8), path)
        data = _json(stream.read(length), path)
    space = path.stat().st_size - 8 - length
    metadata = data.pop("__metadata__", {})
    if not isinstance(metadata, dict):
        raise _broken(path, "its metadata are not texts")
    for name, entry in data.items():
        _check(name, entry, space, path)
    return Header(
        metadata={str(key): str(value) for key, value in metadata.items()},
        shapes={name: tuple(entry["shape"]) for name, entry in data.items()},
        dtypes={name: entry["dtype"] for name, entry in data.items()},
    )


def tensor_hash(path: Path) -> str:
    """SHA-256 (hex) of everything after the header: what A1111 calls AutoV3.

    It stays the same when metadata are edited. Errors as in `read_header`.
    """
    path = Path(path)
    summed = sha256()
    with in_words(path, "read"), path.open("rb") as stream:
        stream.seek(_header_length(stream.read(8), path), 1)
        while block := stream.read(1 << 20):
            summed.update(block)
    return summed.hexdigest()


def with_metadata(data: bytes, texts: Mapping[str, str]) -> bytes:
    """A whole safetensors file with more texts in its header; the tensors' bytes stay as they are.

    Args:
        data: a file that `read_header` reads.
        texts: added, or put in the place of those with the same names.
    """
    length = int.from_bytes(data[:8], "little")
    table = json.loads(data[8 : 8 + length])
    table["__metadata__"] = {**table.get("__metadata__", {}), **texts}
    written = json.dumps(table, ensure_ascii=False, separators=(",", ":")).encode()
    written += b" " * (-len(written) % 8)
    return len(written).to_bytes(8, "little") + written + data[8 + length :]


def _header_length(start: bytes, path: Path) -> int:
    length = int.from_bytes(start, "little")
    if len(start) < 8 or length < 2:
        raise _broken(path, "it is too short")
    if length > MOST_HEADER or length + 8 > path.stat().st_size:
        raise _broken(path, f"its header claims {length:,} bytes, which cannot be")
    return length


def _json(raw: bytes, path: Path) -> dict[str, Any]:
    try:
        data = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise _broken(path, "its header is not JSON") from error
    if not isinstance(data, dict):
        raise _broken(path, "its header is not a JSON object")
    return data


def _check(name: str, entry: object, space: int, path: Path) -> None:
    if not isinstance(entry, dict) or not isinstance(entry.get("dtype"), str):
        raise _broken(path, f"the tensor '{name}' is not described")
    shape, offsets = entry.get("shape"), entry.get("data_offsets")
    if not _are_counts(shape) or not _are_counts(offsets) or len(offsets or ()) != 2:
        raise _broken(path, f"the tensor '{name}' has no sound shape or place")
    assert offsets is not None
    if not offsets[0] <= offsets[1] <= space:
        raise _broken(path, f"it is cut off: the tensor '{name}' lies behind its end")


def _are_counts(value: object) -> bool:
    return isinstance(value, list) and all(type(n) is int and n >= 0 for n in value)


def _broken(path: Path, why: str) -> BadInput:
    fix = way_out(path, "Download or save the file again.")
    return BadInput(f"{path} is not a whole safetensors file: {why}.", fix)

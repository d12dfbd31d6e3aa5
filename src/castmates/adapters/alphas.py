"""The alphas in an adapter file, read without loading a tensor."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

from castmates.files.trouble import in_words

_FORMS = {"F16": "<e", "F32": "<f", "F64": "<d", "I64": "<q", "I32": "<i"}


def alphas_in(path: Path) -> dict[str, float]:
    """Layer -> its alpha, of the keys that end in `.alpha`; those that are no number are left out.

    Args:
        path: a file whose header is sound (`files.tensors.read_header`).
    """
    with in_words(path, "read"), path.open("rb") as stream:
        length = int.from_bytes(stream.read(8), "little")
        table: dict[str, Any] = json.loads(stream.read(length))
        found = {}
        for key, entry in table.items():
            if not key.endswith(".alpha"):
                continue
            begin, end = entry["data_offsets"]
            stream.seek(8 + length + begin)
            number = _number(entry["dtype"], stream.read(end - begin))
            if number is not None:
                found[key.removesuffix(".alpha")] = number
    return found


def _number(kind: str, data: bytes) -> float | None:
    if kind == "BF16" and len(data) == 2:
        kind, data = "F32", b"\0\0" + data
    form = _FORMS.get(kind)
    if form is None or struct.calcsize(form) != len(data):
        return None
    number = float(struct.unpack(form, data)[0])
    return number if math.isfinite(number) else None

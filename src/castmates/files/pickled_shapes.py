"""The shapes of tensors in torch's pickles, without running them and without torch; loads none.

A pickle names what it is made of. Here every name that torch's own tensors need stands for a
harmless thing that remembers a shape, and any other name ends the reading.
"""

from __future__ import annotations

import io
import pickle
import zipfile
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from castmates.core.errors import BadInput
from castmates.files.trouble import in_words

PARAMETERS = "torch.nn.modules.container.ParameterDict"
"""What old files keep their tensors in."""
_MOST = 1_000_000
_BEFORE = 3
"""Pickles before the one that matters in files of torch before 1.6: two numbers and a table."""
_BROKEN = (
    pickle.UnpicklingError, zipfile.BadZipFile, EOFError, ValueError, TypeError, KeyError,
    IndexError, AttributeError, NotImplementedError, RecursionError, MemoryError, OverflowError,
)  # fmt: skip


class _Shape(tuple[int, ...]):
    """The shape of a tensor that is not read."""


class Kept:
    """Keeps what a pickle says is in an object, and does nothing with it."""

    state: Any = None

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, state: Any) -> None:
        self.state = state


def _tensor(_storage: Any, _offset: Any, size: Any, *_: Any) -> _Shape:
    return _Shape(int(side) for side in size)


def _parameter(data: Any, *_: Any) -> Any:
    return data


_KNOWN: Mapping[str, Any] = {
    "collections.OrderedDict": OrderedDict,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "__builtin__.set": set,
    "builtins.set": set,
    "torch.Size": tuple,
    PARAMETERS: Kept,
}


# The reader in Python: the one in C reserves memory for any number that a file claims.
class _Reader(pickle._Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        known = _KNOWN.get(f"{module}.{name}")
        if known is None and module in ("torch", "torch.storage") and name.endswith("Storage"):
            return Kept
        if known is None:
            raise pickle.UnpicklingError(f"it calls '{module}.{name}'")
        return known

    def persistent_load(self, _pid: Any) -> Any:
        return None


def pickled_shapes(path: Path) -> dict[str, tuple[int, ...]]:
    """Shapes by name; names of tables within tables are joined by "/".

    Raises:
        Missing: there is no such file.
        BadInput: it is no pickle of tensors, is broken, or calls for more than tensors.
    """
    path = Path(path)
    try:
        with in_words(path, "read"), path.open("rb") as stream:
            found = _read(stream)
    except _BROKEN as error:
        why = str(error) or type(error).__name__
        raise BadInput(
            f"{path} is not a file of tensors that can be read ({why[:120]}); refused.",
            "Take its .safetensors form.",
        ) from error
    return {name: tuple(shape) for name, shape in flat(found) if isinstance(shape, _Shape)}


def flat(held: Any, above: str = "", depth: int = 4) -> Iterator[tuple[str, Any]]:
    """What tables within tables hold, by joined names."""
    if isinstance(held, Kept):
        held = held.state
        held = held.get("_parameters", {}) if isinstance(held, Mapping) else {}
    if not isinstance(held, Mapping) or not depth:
        yield above, held
        return
    for name, value in held.items():
        yield from flat(value, f"{above}/{name}" if above else str(name), depth - 1)


def _read(stream: io.BufferedReader) -> Any:
    if stream.read(2) != b"PK":
        stream.seek(0)
        data = io.BytesIO(stream.read(_MOST))
        for _ in range(_BEFORE):
            _Reader(data).load()
        return _Reader(data).load()
    with zipfile.ZipFile(stream) as archive:
        name = next(name for name in archive.namelist() if name.endswith("data.pkl"))
        with archive.open(name) as inside:
            return _Reader(io.BytesIO(inside.read(_MOST))).load()

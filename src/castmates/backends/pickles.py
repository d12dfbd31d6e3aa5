"""Read torch's pickles of tensors without running anything in them; knows no network.

A pickle is a program. torch's restricted reader knows tensors and plain values and nothing else;
what else a file calls for is refused, unless its name is given as one that may be left out.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from castmates.core.errors import BadInput
from castmates.files.trouble import in_words

_UNREADABLE = (RuntimeError, OSError, EOFError, ValueError, KeyError, AttributeError, TypeError)


class _LeftOut:
    """Stands for what a pickle calls by a harmless name: takes anything, does nothing."""

    def __init__(self, *_: Any, **__: Any) -> None: ...

    def __setstate__(self, _: Any) -> None: ...


def unpickled(path: Path, left_out: Sequence[str] = (), *, lazily: bool = False) -> object:
    """What a pickle holds, where that is nothing but tensors and plain values.

    Args:
        left_out: full names (`module.Class`) that may stand in it; nothing of them is imported or
            called, and what they would be is empty.
        lazily: a tensor's bytes are read when they are used; the file must stay.

    Raises:
        Missing: there is no such file.
        BadInput: it is broken, or calls for more than that; nothing was run.
    """
    path = Path(path)
    with in_words(path, "read"), path.open("rb") as stream:
        is_zip = stream.read(2) == b"PK"
    empty: list[Any] = [(_LeftOut, name) for name in left_out]
    try:
        with torch.serialization.safe_globals(empty):
            return torch.load(path, map_location="cpu", weights_only=True, mmap=lazily and is_zip)
    except pickle.UnpicklingError as error:
        named = re.search(r"GLOBAL ([\w.]+)", str(error))
        why = f"it calls '{named[1]}'" if named else "it is not plain tensors"
        raise BadInput(
            f"{path} is a pickle that may run a program when it is opened ({why}); refused.",
            "Take the model's .safetensors form.",
        ) from error
    except _UNREADABLE as error:
        why = str(error).partition("\n")[0] or type(error).__name__
        raise BadInput(f"{path} cannot be read: {why}", "Download it again.") from error

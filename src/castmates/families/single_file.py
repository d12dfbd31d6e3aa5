"""Checkpoints in one file: names, shapes and tensors inside, digests, notes; knows no family.

A pickle (.ckpt, .pt) is read with torch's restricted reader: nothing in it is run. The callbacks
that trainers of 2022 left in theirs are harmless names, and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from hashlib import file_digest
from pathlib import Path
from typing import TYPE_CHECKING, Any

from castmates.core.errors import BadInput
from castmates.families.recognising import Recognised, recognise
from castmates.files.tensors import read_header
from castmates.files.trouble import in_words

if TYPE_CHECKING:
    from torch import Tensor

SAFE, PICKLED = (".safetensors", ".sft"), (".ckpt", ".pt", ".pth")
AVERAGES = "model_ema."
"""Before the running averages of a training, beside the weights."""
HARMLESS = (
    "pytorch_lightning.callbacks.model_checkpoint.ModelCheckpoint",
    "pytorch_lightning.callbacks.early_stopping.EarlyStopping",
    "numpy.core.multiarray.scalar",
    "numpy._core.multiarray.scalar",
    "numpy.dtype",
    "_codecs.encode",
)

Shapes = dict[str, tuple[int, ...]]


def shapes_of(path: Path) -> Shapes:
    """Name -> shape of every tensor in the file; nothing but the header is read.

    Raises:
        Missing: there is no such file.
        BadInput: it is of no known kind, broken, or a pickle with more than tensors in it.
    """
    if path.suffix.lower() in SAFE:
        return read_header(path).shapes
    return {name: tuple(tensor.shape) for name, tensor in _pickled(path).items()}


def metadata_of(path: Path) -> dict[str, str]:
    """The texts in the file's header; a pickle has none. Errors as in `shapes_of`."""
    return read_header(path).metadata if path.suffix.lower() in SAFE else {}


def tensors_of(path: Path, names: Iterable[str]) -> Iterator[tuple[str, Tensor]]:
    """These tensors one after the other, as they are in the file, on the CPU.

    Errors as in `shapes_of`.
    """
    if path.suffix.lower() in SAFE:
        from safetensors import safe_open

        read_header(path)
        with in_words(path, "read"), safe_open(path, framework="pt") as file:
            for name in names:
                yield name, file.get_tensor(name)
    else:
        held = _pickled(path)
        for name in names:
            yield name, held[name]


def digest_of(path: Path) -> str:
    """SHA-256 of the whole file, 64 hex digits; its first ten are A1111's "Model hash".

    Read once in a process, as long as size and time stay.
    """
    with in_words(path, "read"):
        stat = path.stat()
    return _digest(path.resolve(), (stat.st_size, stat.st_mtime_ns))


def words_of(path: Path) -> int | None:
    """How many words its first text encoder reads; None: it has none. Errors as in `shapes_of`."""
    ends = "embeddings.token_embedding.weight"
    return next((shape[0] for name, shape in shapes_of(path).items() if name.endswith(ends)), None)


def recognised(path: Path) -> Recognised | None:
    """What the file is by the names in it; None: nothing that is known. Errors as `shapes_of`."""
    return recognise(shapes_of(path))


def notes_of(path: Path) -> tuple[str, ...]:
    """What should be said when the file is opened. Errors as in `shapes_of`."""
    averages = sum(name.startswith(AVERAGES) for name in shapes_of(path))
    if not averages:
        return ()
    return (
        f"{path.name} holds {averages} running averages ({AVERAGES}…) besides its weights; they "
        "are not used.",
    )


def _pickled(path: Path) -> Mapping[str, Any]:
    if path.suffix.lower() not in PICKLED:
        wanted = ", ".join((*SAFE, *PICKLED))
        raise BadInput(f"{path} is no checkpoint; wanted one of {wanted}.", "Give such a file.")
    from torch import Tensor

    from castmates.backends.pickles import unpickled

    held = unpickled(path, HARMLESS, lazily=True)
    if isinstance(held, Mapping) and isinstance(held.get("state_dict"), Mapping):
        held = held["state_dict"]
    if not isinstance(held, Mapping):
        raise BadInput(
            f"{path} holds a {type(held).__name__}; wanted tensors by name.", "Take another file."
        )
    return {str(name): value for name, value in held.items() if isinstance(value, Tensor)}


@cache
def _digest(path: Path, _stamp: tuple[int, int]) -> str:
    with in_words(path, "read"), path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()

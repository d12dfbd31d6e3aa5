"""Textual inversions: words that are vectors, read from their files; knows no base.

Gal et al. 2022 (2208.01618). A file is read as `castmates.files.inversion_file` finds its vectors;
pickles by torch's restricted reader, which runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors.torch as safe
import torch
from safetensors import SafetensorError
from torch import Tensor

from castmates.backends.pickles import unpickled
from castmates.core.errors import BadInput
from castmates.files.hashes import hashes_of
from castmates.files.inversion_file import PICKLES, keys_in, sizes_in
from castmates.files.pickled_shapes import PARAMETERS, Kept, flat


@dataclass(frozen=True)
class Inversion:
    """A word that is vectors.

    Attributes:
        name: what prompts call it.
        parts: text encoder -> (vectors, width) float32; see `inversion_file.ONE` and `TWO`.
        sha256: of its file, 64 hex digits; "": it came from none.
    """

    name: str
    parts: Mapping[str, Tensor]
    sha256: str = ""

    @property
    def count(self) -> int:
        """Tokens that it takes in a chunk."""
        return max(len(vectors) for vectors in self.parts.values())


def load(path: Path, name: str | None = None) -> Inversion:
    """Read a textual inversion.

    Args:
        name: what prompts will call it; None: the file's name without suffix, as in A1111.

    Raises:
        Missing: there is no such file.
        BadInput: it is broken, a pickle that calls for more than tensors, or no textual inversion.
    """
    path = Path(path)
    sizes_in(path)
    tensors = _tensors(path)
    keys = keys_in({key: tuple(value.shape) for key, value in tensors.items()}, path)
    parts = {part: _vectors(tensors[key]) for part, key in keys.items()}
    if not all(vectors.isfinite().all() for vectors in parts.values()):
        raise BadInput(f"{path} is broken: it has numbers that are none.", "Download it again.")
    if len({len(vectors) for vectors in parts.values()}) > 1:
        raise BadInput(
            f"{path} has different numbers of vectors for its text encoders.", "Take another file."
        )
    return Inversion(name or path.stem, parts, hashes_of(path).sha256)


def _tensors(path: Path) -> dict[str, Tensor]:
    if path.suffix.lower() in PICKLES:
        kept: list[Any] = [(Kept, PARAMETERS)]
        with torch.serialization.safe_globals(kept):
            found = dict(flat(unpickled(path)))
        return {name: value for name, value in found.items() if isinstance(value, Tensor)}
    try:
        return dict(safe.load_file(path))
    except (SafetensorError, OSError, ValueError) as error:
        raise BadInput(f"{path} cannot be read: {error}.", "Download it again.") from error


def _vectors(tensor: Tensor) -> Tensor:
    found = tensor.detach().float().contiguous()
    return found[None] if found.dim() == 1 else found

"""Tensors that are costly to make, in one file under the names of their content; knows no pictures.

A name is a hash of everything that the tensor is made from, so that a changed picture, caption or
base can never be served an old one (kohya's caches look at file names only). What nobody asks for
any more leaves the file when it is next written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from types import TracebackType

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from castmates.core.events import Began, Moved, Tell, Warned, silent
from castmates.files.writing import replacing

FILE = "cache.safetensors"


def name_of(kind: str, *content: object) -> str:
    """`latent/3f…`: the kind, and SHA-256 (hex, 32 digits) of what the tensor is made from."""
    written = "/".join(str(part) for part in content)
    return f"{kind}/{sha256(written.encode()).hexdigest()[:32]}"


class Cache:
    """The tensors of one file, inside a `with`; at the end it is written when some are new.

    What was made before an error or Ctrl-C is kept as well.
    """

    def __init__(self, path: Path, tell: Tell = silent) -> None:
        self._path, self._tell = path, tell
        self._there = _read(path, tell)
        self._asked: dict[str, Tensor] = {}

    def filled(
        self, wanted: Mapping[str, Callable[[], Tensor]], what: str, unit: str
    ) -> dict[str, Tensor]:
        """All that is wanted, by name: from the file, or made now.

        Args:
            wanted: name -> what makes the tensor (on the CPU).
            what, unit: for the progress: "encoding", "pictures".
        """
        missing = [name for name in wanted if name not in self._there]
        if missing:
            self._tell(Began(what=what, total=len(missing), unit=unit))
        for done, name in enumerate(missing, 1):
            self._asked[name] = wanted[name]()
            self._tell(Moved(what=what, done=done))
        self._asked |= {name: self._there[name] for name in wanted if name in self._there}
        return {name: self._asked[name] for name in wanted}

    def __enter__(self) -> Cache:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._asked.keys() <= self._there.keys():
            return
        kept = self._asked if error is None else {**self._there, **self._asked}
        with replacing(self._path) as beside:
            save_file({name: kept[name].contiguous() for name in sorted(kept)}, beside)


def _read(path: Path, tell: Tell) -> Mapping[str, Tensor]:
    if not path.exists():
        return {}
    try:
        # Copies: a file that is still mapped into memory cannot be replaced on Windows.
        return {name: tensor.clone() for name, tensor in load_file(path).items()}
    except (SafetensorError, OSError):
        tell(Warned(what=f"The cache {path.name} is damaged; it is made again."))
        return {}

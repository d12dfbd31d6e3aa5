"""A folder that is only read, as a list of names; knows no pictures."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from castmates.core.errors import BadInput
from castmates.files.reading import read_bytes
from castmates.files.trouble import in_words

MOST_BYTES = 512 << 20
"""A single file larger than this is no picture that anybody trains on."""

_IGNORED = frozenset(("__MACOSX", "@eaDir"))


@dataclass(frozen=True)
class Folder:
    """A folder with its sub-folders, or one file in it.

    Attributes:
        root: the folder.
        only: the one file's name; "": all.
    """

    root: Path
    only: str = ""

    @property
    def label(self) -> str:
        """The folder's own name."""
        return self.root.resolve().name

    def names(self) -> list[PurePosixPath]:
        """Every file, without hidden ones. Raises CastmatesError (not allowed, a disk's error)."""
        if self.only:
            return [PurePosixPath(self.only)]
        found = []
        with in_words(self.root, "read"):
            for folder, inner, names in os.walk(self.root, onerror=_refuse):
                inner[:] = [n for n in inner if not is_hidden(n)]
                paths = (Path(folder, name) for name in names if not is_hidden(name))
                found += [path.relative_to(self.root) for path in paths if path.is_file()]
        return [PurePosixPath(*path.parts) for path in found]

    def has(self, name: PurePosixPath) -> bool:
        return (self.root / name).is_file()

    def read(self, name: PurePosixPath) -> bytes:
        """A file's bytes. Raises BadInput (far too large) or CastmatesError."""
        path = self.root / name
        with in_words(path, "read"):
            size = path.stat().st_size
        if size > MOST_BYTES:
            raise BadInput(f"{path} has {size:,} bytes, more than any picture.", "Save it smaller.")
        return read_bytes(path)

    def shown(self, name: PurePosixPath) -> str:
        """How messages call a file."""
        return str(self.root / name)

    def close(self) -> None:
        """Nothing is held open."""


def is_hidden(name: str) -> bool:
    """Whether a file or folder is the system's own and no picture of anybody's."""
    return name.startswith(".") or name in _IGNORED


def _refuse(error: OSError) -> None:
    raise error

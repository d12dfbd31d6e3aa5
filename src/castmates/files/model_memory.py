"""Keep what was seen in model files (`models.json` in the studio); knows no model.

A file is known by its path, size and time; of a diffusers folder, the weights' sizes and times
count. The file is a cache: what does not fit is looked at anew, and it may be deleted.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from castmates.core.errors import CastmatesError
from castmates.core.types import Value
from castmates.files.hashes import Hashes
from castmates.files.reading import read_utf8
from castmates.files.trouble import in_words
from castmates.files.writing import write_text

FILE = "models.json"


class _Entry(Value):
    size: int
    changed: int
    edition: str = ""
    said: dict[str, Any] = Field(default_factory=dict)
    hashes: Hashes = Hashes()


class _Kept(Value):
    files: dict[str, _Entry] = Field(default_factory=dict)


@dataclass
class ModelMemory:
    """What earlier looks know.

    Args:
        path: of the file; None: nothing is kept.
        edition: of who looks; what another edition said is forgotten, hashes are not.
    """

    path: Path | None
    edition: str
    _files: dict[str, _Entry] = field(default_factory=dict)
    _is_new: bool = False

    @classmethod
    def open(cls, path: Path | None, edition: str) -> ModelMemory:
        """The memory in a file; empty without one, or where it does not fit."""
        memory = cls(path, edition)
        if path is not None and path.is_file():
            with suppress(CastmatesError, ValidationError):
                memory._files = dict(_Kept.model_validate_json(read_utf8(path)).files)
        return memory

    def said(self, model: Path) -> dict[str, Any] | None:
        """What was said of a model that has not changed since; None: look at it."""
        entry = self._entry(model)
        return entry.said if entry.edition == self.edition else None

    def hashes(self, model: Path) -> Hashes:
        """Its hashes as far as they were summed since it changed."""
        return self._entry(model).hashes

    def learn(
        self, model: Path, *, said: dict[str, Any] | None = None, hashes: Hashes | None = None
    ) -> None:
        """Remember what is new of a model. Raises CastmatesError: it cannot be looked at."""
        entry = self._entry(model)
        if said is not None:
            entry = entry.model_copy(update={"said": said, "edition": self.edition})
        if hashes is not None:
            entry = entry.model_copy(update={"hashes": hashes})
        self._files[str(model)] = entry
        self._is_new = True

    def _entry(self, model: Path) -> _Entry:
        size, changed = stamp(model)
        entry = self._files.get(str(model))
        if entry is not None and (entry.size, entry.changed) == (size, changed):
            return entry
        return _Entry(size=size, changed=changed)

    def save(self) -> None:
        """Write the file if anything is new, without what is gone.

        A drive that is not connected takes no memory along: a file is gone where its folder is
        there without it.
        """
        if self.path is None or not self._is_new:
            return
        left = {
            name: entry
            for name, entry in self._files.items()
            if Path(name).exists() or not Path(name).parent.exists()
        }
        write_text(self.path, _Kept(files=left).model_dump_json(exclude_defaults=True))
        self._is_new = False


def stamp(model: Path) -> tuple[int, int]:
    """Size in bytes and time of change in ns, of a file or of a folder's weights.

    Raises:
        Missing: it is not there.
        CastmatesError: it may not be looked at.
    """
    with in_words(model, "read"):
        if not model.is_dir():
            stat = model.stat()
            return stat.st_size, stat.st_mtime_ns
        stats = [path.stat() for path in (*model.glob("*.*"), *model.glob("*/*.*"))]
    return sum(each.st_size for each in stats), max((s.st_mtime_ns for s in stats), default=0)

"""Keep what a check measured (`cast/<name>/check.json`), so that nothing is looked at twice.

A picture is known by the digest of its bytes; size and time of a file that did not change tell the
digest without reading it. The file is a cache: what does not fit is measured anew.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pydantic import Field, ValidationError

from castmates.core.errors import CastmatesError
from castmates.core.types import Tag, Value
from castmates.files.reading import read_bytes, read_utf8
from castmates.files.writing import write_text
from castmates.pictures.measures import Measured

FILE = "check.json"
_VERSION = 1


class Somebody(Value):
    """Whom a finder found: left, top, right, bottom in pixels, and what it calls it."""

    box: tuple[float, float, float, float]
    confidence: float
    name: str


class Known(Value):
    """What is known of one picture; None: nobody looked."""

    measured: Measured | None = None
    tags: tuple[Tag, ...] | None = None
    found: tuple[Somebody, ...] | None = None


class _Stamp(Value):
    size: int
    changed: int
    digest: str


class _Kept(Value):
    version: int = 0
    side: int = 0
    tagger: str = ""
    finder: str = ""
    files: dict[str, _Stamp] = Field(default_factory=dict)
    pictures: dict[str, Known] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


@dataclass
class Memory:
    """What earlier checks know.

    Args:
        path: of the file.
        side: the size that softness was measured at; another one makes measures stale.
        tagger, finder: their names; "": none is asked. Another name makes their answers stale.
    """

    path: Path
    side: int
    tagger: str = ""
    finder: str = ""
    words: dict[str, str] = field(default_factory=dict)
    _files: dict[str, _Stamp] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _before: str = ""

    @classmethod
    def open(cls, path: Path, side: int, tagger: str = "", finder: str = "") -> Memory:
        """The memory in a file, without what these settings make stale; empty without a file."""
        memory = cls(path, side, tagger, finder)
        if not path.is_file():
            return memory
        with suppress(CastmatesError, ValidationError):
            memory._before = read_utf8(path)
            kept = _Kept.model_validate_json(memory._before)
            if kept.version == _VERSION:
                memory._take(kept)
        return memory

    def _take(self, kept: _Kept) -> None:
        stale = {
            "measured": kept.side != self.side,
            "tags": bool(self.tagger) and kept.tagger != self.tagger,
            "found": bool(self.finder) and kept.finder != self.finder,
        }
        gone = {name: None for name, is_stale in stale.items() if is_stale}
        self._files = dict(kept.files)
        self._known = {d: known.model_copy(update=gone) for d, known in kept.pictures.items()}
        self.words = {} if stale["tags"] else dict(kept.words)
        # Who is not asked now is not forgotten for it.
        self.tagger, self.finder = self.tagger or kept.tagger, self.finder or kept.finder

    def digest(self, picture: Path) -> tuple[str, bytes | None]:
        """A picture's digest, and its bytes if they had to be read for it."""
        stat = picture.stat()
        stamp = self._files.get(picture.name)
        if stamp and (stamp.size, stamp.changed) == (stat.st_size, stat.st_mtime_ns):
            return stamp.digest, None
        data = read_bytes(picture)
        digest = sha256(data).hexdigest()
        self._files[picture.name] = _Stamp(
            size=stat.st_size, changed=stat.st_mtime_ns, digest=digest
        )
        return digest, data

    def known(self, digest: str) -> Known:
        return self._known.get(digest, Known())

    def learn(self, digest: str, known: Known) -> None:
        self._known[digest] = known

    def save(self, names: set[str]) -> None:
        """Write the file if anything is new; `names` are the pictures that are still there."""
        files = {name: stamp for name, stamp in self._files.items() if name in names}
        there = {stamp.digest for stamp in files.values()}
        kept = _Kept(
            version=_VERSION,
            side=self.side,
            tagger=self.tagger,
            finder=self.finder,
            files=files,
            pictures={digest: k for digest, k in self._known.items() if digest in there},
            words=self.words,
        )
        text = kept.model_dump_json()
        if text != self._before:
            write_text(self.path, text)
            self._before = text

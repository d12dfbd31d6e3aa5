"""Keep what was measured and tagged (`cast/<name>/check.json`), so that nothing is done twice.

A picture is known by the digest of its bytes, a tagger by the digest of its model; size and time of
a file that did not change tell the digest without reading it. The file is a cache: what does not
fit is measured anew.
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
_VERSION = 2
_TAGGERS = 4
"""The answers of so many taggers are kept; of more, those asked last."""


class Somebody(Value):
    """Whom a finder found: left, top, right, bottom in pixels, and what it calls it."""

    box: tuple[float, float, float, float]
    confidence: float
    name: str


class Known(Value):
    """What is known of one picture; None: nobody looked.

    Attributes:
        tags: of the tagger that is asked now, from `thresholds.FLOOR` on where it has thresholds.
        rating: its word for whom the picture is fit; "" when it has none.
        detail: the share of its detail that the base's VAE holds, 0..1.
    """

    measured: Measured | None = None
    tags: tuple[Tag, ...] | None = None
    rating: str = ""
    found: tuple[Somebody, ...] | None = None
    detail: float | None = None


class _Stamp(Value):
    size: int
    changed: int
    digest: str


class _Looked(Value):
    measured: Measured | None = None
    found: tuple[Somebody, ...] | None = None
    detail: float | None = None


class _Answer(Value):
    tags: tuple[Tag, ...]
    rating: str = ""


class _Speaker(Value):
    """What one tagger said of pictures, by digest, and the families of words it was asked for."""

    pictures: dict[str, _Answer] = Field(default_factory=dict)
    words: dict[str, str] = Field(default_factory=dict)


class _Kept(Value):
    version: int = 0
    side: int = 0
    finder: str = ""
    base: str = ""
    files: dict[str, _Stamp] = Field(default_factory=dict)
    pictures: dict[str, _Looked] = Field(default_factory=dict)
    said: dict[str, _Speaker] = Field(default_factory=dict)


@dataclass
class Memory:
    """What earlier looks know.

    Args:
        path: of the file.
        side: the size that softness was measured at; another one makes measures stale; 0: nothing
            is measured now.
        tagger, finder, base: by what their answers are kept; "": none is asked. Another finder
            makes figures stale, another base the detail; several taggers are kept side by side.
        lost: it could not be written, and that was told.
    """

    path: Path
    side: int = 0
    tagger: str = ""
    finder: str = ""
    base: str = ""
    words: dict[str, str] = field(default_factory=dict)
    lost: bool = False
    _files: dict[str, _Stamp] = field(default_factory=dict)
    _known: dict[str, Known] = field(default_factory=dict)
    _others: dict[str, _Speaker] = field(default_factory=dict)
    _before: str = ""

    @classmethod
    def open(
        cls, path: Path, side: int = 0, tagger: str = "", finder: str = "", base: str = ""
    ) -> Memory:
        """The memory in a file, without what these settings make stale; empty without a file."""
        memory = cls(path, side, tagger, finder, base)
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
            "measured": bool(self.side) and kept.side != self.side,
            "found": bool(self.finder) and kept.finder != self.finder,
            "detail": bool(self.base) and kept.base != self.base,
        }
        gone = {name: None for name, is_stale in stale.items() if is_stale}
        self._files = dict(kept.files)
        speaker = kept.said.get(self.tagger, _Speaker())
        self._others = {name: one for name, one in kept.said.items() if name != self.tagger}
        self.words = dict(speaker.words)
        for digest, looked in kept.pictures.items():
            left = looked.model_copy(update=gone)
            self._known[digest] = Known(**dict(left))
        for digest, answer in speaker.pictures.items():
            heard = {"tags": answer.tags, "rating": answer.rating}
            self._known[digest] = self.known(digest).model_copy(update=heard)
        # Who is not asked now is not forgotten for it.
        self.side, self.finder = self.side or kept.side, self.finder or kept.finder
        self.base = self.base or kept.base

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
        known = {digest: k for digest, k in self._known.items() if digest in there}
        kept = _Kept(
            version=_VERSION,
            side=self.side,
            finder=self.finder,
            base=self.base,
            files=files,
            pictures={
                d: _Looked(measured=k.measured, found=k.found, detail=k.detail)
                for d, k in known.items()
            },
            said=self._said(known),
        )
        text = kept.model_dump_json()
        if text != self._before:
            write_text(self.path, text)
            self._before = text

    def _said(self, known: dict[str, Known]) -> dict[str, _Speaker]:
        """What every tagger said of the pictures that are still there; the one asked now last."""
        found = {
            name: one.model_copy(
                update={"pictures": {d: said for d, said in one.pictures.items() if d in known}}
            )
            for name, one in self._others.items()
        }
        answers = {
            digest: _Answer(tags=one.tags, rating=one.rating)
            for digest, one in known.items()
            if one.tags is not None
        }
        if self.tagger and (answers or self.words):
            found[self.tagger] = _Speaker(pictures=answers, words=self.words)
        return {name: found[name] for name in [*found][-_TAGGERS:]}

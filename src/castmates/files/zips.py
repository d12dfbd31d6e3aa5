"""A zip read without unpacking it, and refused when it is built to do harm; knows no pictures.

Refused as a whole: names that lead out of the zip, links, passwords, more than 4 GB or more than a
hundred times its size when unpacked. Nothing is written, and no more is read than was declared.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from castmates.core.errors import BadInput
from castmates.files.folders import MOST_BYTES, is_hidden
from castmates.files.trouble import in_words

MOST_UNPACKED = 4 << 30
MOST_TIMES = 100
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Other methods hand out all that a block holds at once, however much that is."""

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    ValueError,
    RuntimeError,
    NotImplementedError,
)
_drive = re.compile(r"^[A-Za-z]:")


class Zip:
    """The files in a zip.

    Raises:
        BadInput: no zip, or one that is refused; the entry and the reason are said.
        CastmatesError: it cannot be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._open: zipfile.ZipFile | None = None
        with _in_words(path), zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
        self._entries = _safe(path, entries)

    @property
    def label(self) -> str:
        """The zip's own name, without `.zip`."""
        return self.path.stem

    def names(self) -> list[PurePosixPath]:
        """Every file, without hidden ones."""
        return [name for name in self._entries if not any(map(is_hidden, name.parts))]

    def has(self, name: PurePosixPath) -> bool:
        return name in self._entries

    def read(self, name: PurePosixPath) -> bytes:
        """A file's bytes. Raises BadInput: broken, or far too large."""
        entry = self._entries[name]
        where = self.shown(name)
        if entry.file_size > MOST_BYTES:
            raise BadInput(
                f"{where} has {entry.file_size:,} bytes, more than any picture.", "Take it out."
            )
        if self._open is None:
            with _in_words(self.path):
                self._open = zipfile.ZipFile(self.path)
        with in_words(self.path, "read"):
            try:
                with self._open.open(entry) as stream:
                    # No more is unpacked than the entry says, whatever is packed in it.
                    return stream.read(entry.file_size)
            except _BROKEN as error:
                raise BadInput(f"{where} is broken: {error}.", "Pack the zip anew.") from error

    def shown(self, name: PurePosixPath) -> str:
        """How messages call a file."""
        return f"{self.path}/{name}"

    def close(self) -> None:
        """Let the zip go; reading opens it again."""
        if self._open is not None:
            self._open.close()
            self._open = None


@contextmanager
def _in_words(path: Path) -> Iterator[None]:
    with in_words(path, "read"):
        try:
            yield
        except _BROKEN as error:
            raise BadInput(
                f"{path} is not a zip that can be read: {error}.", "Pack it anew."
            ) from error


def _safe(path: Path, entries: Sequence[zipfile.ZipInfo]) -> dict[PurePosixPath, zipfile.ZipInfo]:
    """The files by name, after a look at every entry and at all of them together."""
    found = {}
    for entry in entries:
        name = PurePosixPath(*_parts(path, entry))
        _demand_a_file(path, entry)
        if not entry.is_dir() and not entry.filename.endswith("\\"):
            found[name] = entry
    whole = sum(entry.file_size for entry in entries)
    packed = max(path.stat().st_size, 1)
    if whole > MOST_UNPACKED:
        raise _refused(path, f"it would unpack to {whole / 1e9:.1f} GB; 4 GB are the most")
    if whole > MOST_TIMES * packed:
        raise _refused(
            path, f"it would unpack to {whole // packed} times its size; {MOST_TIMES} are the most"
        )
    return found


def _parts(path: Path, entry: zipfile.ZipInfo) -> list[str]:
    written = entry.filename.replace("\\", "/")
    if written.startswith("/") or _drive.match(written):
        raise _refused(path, f"'{entry.filename}' is an absolute name")
    parts = [part for part in written.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise _refused(path, f"'{entry.filename}' leads out of the zip")
    return parts


def _demand_a_file(path: Path, entry: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if stat.S_ISLNK(kind):
        raise _refused(path, f"'{entry.filename}' is a link")
    if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise _refused(path, f"'{entry.filename}' is neither a file nor a folder")
    if entry.flag_bits & 1:
        raise _refused(path, f"'{entry.filename}' wants a password")
    if entry.compress_type not in _METHODS:
        raise _refused(path, f"'{entry.filename}' is packed in an unusual way")


def _refused(path: Path, why: str) -> BadInput:
    return BadInput(
        f"{path} is not taken: {why}.", "Pack the pictures alone into a zip, or give their folder."
    )

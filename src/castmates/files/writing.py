"""Write files whole or not at all; knows nothing of what is in them.

Everything goes to a file beside the target, is flushed to the disk and takes the target's place in
one step, so that a crash, a full disk or kill -9 leaves the old file as it was.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from castmates.core.errors import BadInput
from castmates.files.trouble import in_words

UNFINISHED = ".part"
"""The suffix of a file that is still being written; what a crash leaves may be deleted."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path in the same folder, which becomes `path` when the block ends well.

    When the block raises, the temporary file is removed and `path` stays as it was. The block may
    write through any library; on success the file is flushed to the disk before it is renamed.

    Raises:
        Missing: the folder is not there.
        BadInput: `path` is a folder, or a file stands where its folder should be.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    path = Path(path)
    if path.is_dir():
        raise BadInput(f"{path} is a folder; wanted a file.", "Give the path of a file.")
    beside = _reserved(path)
    try:
        with in_words(path, "written"):
            yield beside
            _flush(beside)
            os.replace(beside, path)
            _flush_folder(path.parent)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Write `data` to `path`, whole or not at all. Errors as in `replacing`."""
    with replacing(path) as beside:
        beside.write_bytes(data)


def write_text(path: Path, text: str) -> None:
    """Write `text` as UTF-8 with plain newlines, whole or not at all. Errors as in `replacing`."""
    write_bytes(path, text.encode("utf-8"))


def made(folder: Path) -> Path:
    """The folder, made with its parents when it is not there.

    Raises:
        BadInput: a file stands where a folder should be.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    with in_words(folder, "made"):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _reserved(path: Path) -> Path:
    """An empty file beside `path` with the rights that `path` has, or would get."""
    with in_words(path, "written"):
        handle, name = tempfile.mkstemp(
            prefix=f".{path.name[:60]}.", suffix=UNFINISHED, dir=path.parent
        )
        os.close(handle)
        # mkstemp makes files that only the owner reads; a shared studio wants the usual rights.
        os.chmod(name, _rights(path))
    return Path(name)


def _rights(path: Path) -> int:
    with suppress(OSError):
        return stat.S_IMODE(path.stat().st_mode)
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def _flush(path: Path) -> None:
    with path.open("rb+") as stream:
        os.fsync(stream.fileno())


def _flush_folder(folder: Path) -> None:
    """Make the rename itself last; systems that cannot open folders do without."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

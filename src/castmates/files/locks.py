"""One writer at a time in a folder; knows nothing of what is written."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from castmates.core.errors import CastmatesError
from castmates.files.trouble import in_words

LOCK = ".lock"


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a folder for the length of the block.

    The file `.lock` carries the process id for people to read. The lock itself is the operating
    system's, so a process that dies, however it dies, holds nothing any more.

    Raises:
        CastmatesError: another process works in the folder.
    """
    path = Path(folder) / LOCK
    with in_words(path, "written"):
        handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        if not _taken(handle):
            holder = os.read(handle, 32).decode("ascii", errors="replace").strip()
            who = f" (process {holder})" if holder.isdigit() else ""
            raise CastmatesError(
                f"Another castmates{who} is working in {folder}.",
                "Wait until it is done, or end it; the work goes on where it stood.",
            )
        os.ftruncate(handle, 0)
        os.lseek(handle, 0, os.SEEK_SET)
        os.write(handle, str(os.getpid()).encode("ascii"))
        try:
            yield
        finally:
            # The file stays: removing it could let two others hold two files of the same name.
            os.ftruncate(handle, 0)
    finally:
        os.close(handle)


def _taken(handle: int) -> bool:
    """Try to lock without waiting; the lock ends when the handle is closed."""
    try:
        if sys.platform == "win32":
            import msvcrt

            # Far behind the text, because Windows forbids reading what is locked.
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
            os.lseek(handle, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

"""Say in words what went wrong with a file; knows nothing of what the file holds."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from castmates.core.errors import BadInput, CastmatesError, Missing

_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC), errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM}


def told(error: OSError, path: Path, doing: str) -> CastmatesError:
    """The error a user can understand, for an OSError met while `doing` ("written") at `path`."""
    code = error.errno
    if code in _FULL:
        return CastmatesError(
            f"The disk is full: {path} could not be {doing}; what was there is unchanged.",
            "Free some space and run the same command again.",
        )
    if code == errno.EROFS:
        return CastmatesError(
            f"{path} could not be {doing}: the disk is read-only.",
            "Use a folder on a disk that can be written.",
        )
    if code in _FORBIDDEN:
        return CastmatesError(
            f"{path} could not be {doing}: not allowed for this user.",
            "Change the permissions of the file and its folder, or use another folder.",
        )
    if code == errno.ENOENT:
        return _absent(path, doing)
    if code in (errno.ENOTDIR, errno.EEXIST):
        return BadInput(
            f"{path} could not be {doing}: {_file_in_the_way(path)} is a file; wanted a folder.",
            "Move that file away, or use another folder.",
        )
    if code == errno.EISDIR:
        return BadInput(f"{path} is a folder; wanted a file.", "Give the path of a file.")
    if code == errno.ENAMETOOLONG:
        return BadInput(f"The name {path.name[:40]}… is too long.", "Use a shorter name.")
    reason = error.strerror or str(error) or type(error).__name__
    return CastmatesError(f"{path} could not be {doing}: {reason}.", "Check the disk, try again.")


def _absent(path: Path, doing: str) -> CastmatesError:
    folder = path.parent
    if not folder.exists():
        return Missing(f"{path} could not be {doing}: there is no folder {folder}.", "Make it.")
    return Missing(f"There is no {path}.", "Check the path.")


def _file_in_the_way(path: Path) -> Path:
    """The nearest of the path and its parents that is a file."""
    for part in (path, *path.parents):
        if part.is_file():
            return part
    return path.parent


@contextmanager
def in_words(path: Path, doing: str) -> Iterator[None]:
    """Turn an OSError raised inside into the error tree. Raises CastmatesError and its kinds."""
    try:
        yield
    except OSError as error:
        raise told(error, path, doing) from error

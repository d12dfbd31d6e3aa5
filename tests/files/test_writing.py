"""Whole or not at all: what a failing writer, a full disk and a wrong path leave behind."""

from __future__ import annotations

import os
import resource
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from castmates.core.errors import BadInput, CastmatesError, Missing
from castmates.files.trouble import told
from castmates.files.writing import made, replacing, write_bytes, write_text


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")

    def fail() -> None:
        with replacing(target) as beside:
            beside.write_text("half")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_the_new_file_takes_the_place_of_the_old_with_its_rights(tmp_path: Path) -> None:
    target = tmp_path / "ü.txt"
    target.write_text("old")
    target.chmod(0o640)
    write_text(target, "nü\n")
    assert target.read_bytes() == "nü\n".encode()
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    write_bytes(tmp_path / "new", b"x")
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o666 & ~mask


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(Missing, match="there is no folder"):
        write_text(tmp_path / "nowhere" / "a.txt", "x")


def test_a_file_in_a_folders_place_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(BadInput, match="is a file; wanted a folder"):
        write_text(tmp_path / "file" / "a.txt", "x")
    with pytest.raises(BadInput, match="is a file; wanted a folder"):
        made(tmp_path / "file" / "deeper")
    with pytest.raises(BadInput, match="is a folder; wanted a file"):
        write_text(tmp_path, "x")


@pytest.mark.parametrize("code", ["ENOSPC", "EROFS", "EACCES", "ENOENT", "EISDIR", "EIO"])
def test_every_error_has_a_way_out(tmp_path: Path, code: str) -> None:
    import errno

    error = told(OSError(getattr(errno, code), "x"), tmp_path / "a", "written")
    assert str(tmp_path) in error.what
    assert error.fix


def test_a_full_disk_keeps_the_old_file(tmp_path: Path) -> None:
    """A limit on file sizes stands in for the full disk: the kernel refuses bytes."""
    target = tmp_path / "a.bin"
    target.write_bytes(b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, before[1]))
    try:
        with pytest.raises(CastmatesError, match="full"):
            write_bytes(target, bytes(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_kill_nine_in_the_middle_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.txt"
    target.write_text("old")
    code = (
        "import os, sys; from pathlib import Path; from castmates.files.writing import replacing\n"
        "with replacing(Path(sys.argv[1])) as beside:\n"
        "    beside.write_text('half'); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(target)], env=_path(), check=False)
    assert done.returncode == -9
    assert target.read_text() == "old"


def _path() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}

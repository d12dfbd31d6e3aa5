"""One writer at a time; whoever dies holds nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from castmates.core.errors import CastmatesError, Missing
from castmates.files.locks import LOCK, holding


def test_a_second_writer_is_refused_and_told_who_holds(tmp_path: Path) -> None:
    with (
        holding(tmp_path),
        pytest.raises(CastmatesError, match=f"process {os.getpid()}"),
        holding(tmp_path),
    ):
        pass
    with holding(tmp_path):
        pass


def test_the_lock_of_a_killed_process_is_taken_over(tmp_path: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from castmates.files.locks import holding\n"
        "with holding(Path(sys.argv[1])): os.kill(os.getpid(), 9)"
    )
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], env=env, check=False)
    assert (tmp_path / LOCK).read_text().isdigit()
    with holding(tmp_path):
        assert (tmp_path / LOCK).read_text() == str(os.getpid())


def test_an_error_inside_frees_the_folder(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError), holding(tmp_path):
        _ = 1 / 0
    with holding(tmp_path):
        pass
    with pytest.raises(Missing), holding(tmp_path / "nowhere"):
        pass

"""Run the command line as people do: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def castmates(tmp_path: Path) -> Run:
    """`castmates("check", "pip")` in an empty folder; returns the finished process."""

    def run(*words: str | Path, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", "from castmates.cli.main import run; run()", *map(str, words)],
            cwd=tmp_path,
            env={**os.environ, "COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb"},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    return run

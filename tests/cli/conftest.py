"""Run the command line as people do, without starting a process for each command.

What needs a process of its own (signals, what is imported, standard input) starts one itself.
"""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from castmates.cli import main

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def castmates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`castmates("check", "pip")` in an empty folder; returns what a finished process would."""
    for name, value in (("COLUMNS", "100"), ("NO_COLOR", "1"), ("TERM", "dumb")):
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)

    def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
        argv = ["castmates", *map(str, words)]
        monkeypatch.setattr(sys, "argv", argv)
        out, told, code = io.StringIO(), io.StringIO(), 0
        with _signals_kept(), redirect_stdout(out), redirect_stderr(told):
            try:
                main.run()
            except SystemExit as end:
                code = end.code if isinstance(end.code, int) else int(end.code is not None)
        return subprocess.CompletedProcess(argv, code, out.getvalue(), told.getvalue())

    return run


@contextmanager
def _signals_kept() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

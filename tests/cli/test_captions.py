"""`captions clean --stdin`: a line in, a line out, nothing else; signs stay as they are."""

from __future__ import annotations

import subprocess
import sys

from tests.cli.conftest import Run


def cleaned(text: str, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "castmates", "captions", "clean", "--stdin", *words],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )


def test_one_line_in_is_one_line_out() -> None:
    text = "1girl, pip, [red] hat, long hair, smile\n\nsolo, hat, red hat\n"
    done = cleaned(text, "--trigger", "pip", "--prune-features", "--drop-counts", "--drop-implied")
    assert done.stderr == ""
    assert done.stdout == "pip, [red] hat, smile\npip\npip, red hat\n"


def test_only_the_families_that_are_named() -> None:
    done = cleaned("green eyes, long hair\n", "--families", "eyes")
    assert done.stdout == "long hair\n"


def test_a_misspelt_family_meets_the_nearest() -> None:
    done = cleaned("green eyes\n", "--families", "eyse")
    assert done.returncode == 2
    assert "eyes" in done.stderr
    assert done.stdout == ""


def test_without_stdin_it_says_so(castmates: Run) -> None:
    done = castmates("captions", "clean")
    assert done.returncode == 2
    assert "--stdin" in done.stderr

"""Tokens are counted alike from either form of a tokenizer's files."""

from __future__ import annotations

import shutil
from importlib.resources import files
from pathlib import Path

import pytest

from castmates.studio.tokens import counter_of

BASE = Path(str(files("castmates"))) / "embedded" / "base"


@pytest.mark.parametrize(
    "text",
    ["", "pip, 1girl, green eyes", "Ünïcode “quotes” & 12 dogs", "a" * 90, "it's  two\nlines"],
)
def test_both_forms_of_the_files_count_alike(text: str, tmp_path: Path) -> None:
    whole = counter_of(BASE)
    assert whole is not None
    (tmp_path / "tokenizer").mkdir()
    for name in ("vocab.json", "merges.txt"):
        shutil.copy(BASE / "tokenizer" / name, tmp_path / "tokenizer")
    parts = counter_of(tmp_path)
    assert parts is not None
    assert parts(text) == whole(text) >= 2


def test_end_marks_count_and_nothing_is_cut() -> None:
    count = counter_of(BASE)
    assert count is not None
    assert count("") == 2
    assert count(", ".join(["smile"] * 100)) > 200


def test_without_files_nothing_is_counted(tmp_path: Path) -> None:
    assert counter_of(tmp_path) is None
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert counter_of(tmp_path) is None

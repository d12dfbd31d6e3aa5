"""Words that other programs keep beside a file are read; nonsense there says nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from castmates.files.model_notes import triggers_beside


def test_notes_of_both_programs_are_read_once(tmp_path: Path) -> None:
    model = tmp_path / "pip.v2.safetensors"
    (tmp_path / "pip.v2.json").write_text(json.dumps({"activation text": "pip, red hat,"}))
    words = {"trainedWords": ["pip", "pip, red hat", "", 3]}
    (tmp_path / "pip.v2.civitai.info").write_text(json.dumps(words))
    assert triggers_beside(model) == ("pip, red hat", "pip")


@pytest.mark.parametrize("text", ["", "[]", "{", '{"activation text": null}', "[" * 100_000])
def test_nonsense_says_nothing(tmp_path: Path, text: str) -> None:
    (tmp_path / "pip.json").write_text(text)
    assert triggers_beside(tmp_path / "pip.safetensors") == ()

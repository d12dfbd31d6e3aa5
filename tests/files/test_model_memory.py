"""What was seen is kept until the file changes, and a cache that does not fit is no error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from castmates.core.errors import Missing
from castmates.files.hashes import Hashes
from castmates.files.model_memory import ModelMemory, stamp


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "models" / "a.safetensors"
    path.parent.mkdir()
    path.write_bytes(b"abc")
    return path


def test_kept_until_the_file_changes(tmp_path: Path, model: Path) -> None:
    memory = ModelMemory.open(tmp_path / "models.json", "1")
    assert memory.said(model) is None
    memory.learn(model, said={"kind": "lora"})
    memory.learn(model, hashes=Hashes(sha256="00"))
    memory.save()
    again = ModelMemory.open(tmp_path / "models.json", "1")
    assert (again.said(model), again.hashes(model).sha256) == ({"kind": "lora"}, "00")
    model.write_bytes(b"abcd")
    assert (again.said(model), again.hashes(model)) == (None, Hashes())


def test_another_edition_forgets_what_was_said_and_keeps_hashes(
    tmp_path: Path, model: Path
) -> None:
    memory = ModelMemory.open(tmp_path / "models.json", "1")
    memory.learn(model, said={"kind": "lora"}, hashes=Hashes(sha256="00"))
    memory.save()
    later = ModelMemory.open(tmp_path / "models.json", "2")
    assert (later.said(model), later.hashes(model).sha256) == (None, "00")


def test_what_is_gone_is_dropped_but_not_with_its_drive(tmp_path: Path, model: Path) -> None:
    away = tmp_path / "drive" / "b.safetensors"
    away.parent.mkdir()
    away.write_bytes(b"b")
    memory = ModelMemory.open(tmp_path / "models.json", "1")
    for path in (model, away):
        memory.learn(path, said={})
    model.unlink()
    away.parent.rename(tmp_path / "drawer")
    memory.save()
    text = (tmp_path / "models.json").read_text()
    assert "b.safetensors" in text
    assert "a.safetensors" not in text


@pytest.mark.parametrize("content", ["", "[]", '{"files": {"a": 1}}', "\xff"])
def test_a_cache_that_does_not_fit_is_begun_anew(tmp_path: Path, model: Path, content: str) -> None:
    (tmp_path / "models.json").write_text(content, "latin-1")
    assert ModelMemory.open(tmp_path / "models.json", "1").said(model) is None


def test_nothing_new_writes_nothing(tmp_path: Path, model: Path) -> None:
    memory = ModelMemory.open(tmp_path / "models.json", "1")
    memory.said(model)
    memory.save()
    assert not (tmp_path / "models.json").exists()


def test_a_folder_changes_with_its_weights(tmp_path: Path) -> None:
    weights = tmp_path / "sd" / "unet" / "w.safetensors"
    weights.parent.mkdir(parents=True)
    weights.write_bytes(b"abc")
    before = stamp(tmp_path / "sd")
    os.utime(weights, ns=(1, before[1] + 1))
    assert stamp(tmp_path / "sd") == (3, before[1] + 1)
    with pytest.raises(Missing):
        stamp(tmp_path / "nowhere")

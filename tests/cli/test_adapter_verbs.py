"""`inspect` and `convert` at the door, in one process: what they print, and how they end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.files.tensors import tensor_hash
from tests.adapters.written import kohya, loha, written

KEYS = {
    *("family", "kind", "dialect", "rank", "alpha", "modules", "metadata"),
    *("sha256", "autov2", "autov3", "tensors_sha256", "problems"),
}


def test_inspect_prints_what_a_file_holds(tmp_path: Path) -> None:
    path = kohya(tmp_path / "pip.safetensors", torch.tensor(1.5))
    told = CliRunner().invoke(app, ["inspect", str(path), "--json"])
    assert told.exit_code == 0
    card = json.loads(told.stdout)
    assert card.keys() >= KEYS
    assert (card["modules"], card["alpha"], card["problems"]) == (3, 1.5, [])
    words = CliRunner().invoke(app, ["inspect", str(path)])
    assert "kohya" in words.stdout


def test_convert_there_and_back_by_the_command_line(tmp_path: Path) -> None:
    first, there, back = (tmp_path / f"{name}.safetensors" for name in "abc")
    kohya(first, torch.tensor(3.0))
    told = CliRunner().invoke(app, ["convert", str(first), str(there), "--to", "peft", "--json"])
    assert (told.exit_code, json.loads(told.stdout)["dialect"]) == (0, "peft")
    assert CliRunner().invoke(app, ["convert", str(there), str(back)]).exit_code == 0
    assert tensor_hash(back) == tensor_hash(first)
    lycoris = written(tmp_path / "loha.safetensors", loha())
    made = CliRunner().invoke(
        app, ["convert", str(lycoris), str(tmp_path / "d.safetensors"), "--kind", "lora"]
    )
    assert "of rank 4" in made.stdout
    assert "off by" in made.stdout


def test_convert_merges_several_with_weights(tmp_path: Path) -> None:
    first, second, out = (str(tmp_path / f"{name}.safetensors") for name in "abc")
    kohya(Path(first), torch.tensor(3.0))
    kohya(Path(second), torch.tensor(1.5))
    words = ["convert", first, second, out, "--weights", "0.7,0.3", "--rank", "4", "--json"]
    told = CliRunner().invoke(app, words)
    assert told.exit_code == 0, told.stdout
    made = json.loads(told.stdout)
    assert (made["rank"], made["modules"]) == (4, 3)
    assert made["notes"][0] == "0.7 x a + 0.3 x b"
    odd = CliRunner().invoke(app, ["convert", first, second, out, "--weights", "much", "--json"])
    assert (odd.exit_code, "no numbers" in odd.stdout) == (2, True)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("convert", "gone.safetensors", "b.safetensors"), 3),
        (("convert", "a.pt", "b.safetensors"), 2),
        (("inspect", "a.pt"), 2),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    words: tuple[str, ...], code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.pt").write_bytes(b"\x80\x02")
    told = CliRunner().invoke(app, [*words, "--json"])
    assert told.exit_code == code
    assert json.loads(told.stdout).keys() == {"error", "what", "fix"}

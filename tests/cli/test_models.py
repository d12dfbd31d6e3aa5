"""`models` at the door: what it prints for people and for machines, and how it ends."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from castmates.cli.main import app
from castmates.files.studio import Studio
from tests.studio import model_files as written


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An A1111 tree beside a studio that is not stood in."""
    Studio.init(tmp_path / "st")
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "webui"
    written.checkpoint(home / "models" / "Stable-diffusion" / "dream.safetensors")
    written.lora(home / "models" / "Lora" / "pip.safetensors", modelspec__trigger_phrase="pip")
    return home


def told(*words: str, code: int = 0) -> str:
    done = CliRunner().invoke(app, ["models", *words])
    assert done.exit_code == code, done.output
    return done.stdout


def test_add_list_and_show_for_people(web: Path) -> None:
    assert "is known now; it has 1 checkpoint, 1 lora." in told("add", "webui", "-s", "st")
    assert "known already" in told("add", "webui", "-s", "st")
    lines = told("list", "-s", "st").splitlines()
    assert [line.split()[0] for line in lines] == ["name", "dream", "storybook", "pip"]
    assert "yes, as its family" in lines[1]
    assert "not known" in lines[3]
    assert "no such models" in told("list", "--kind", "vae", "-s", "st")
    shown = told("show", "dream", "-s", "st")
    for word in ("CreativeML OpenRAIL-M (of its family)", "size 512x512", "AutoV2", "https://"):
        assert word in shown
    assert "trigger words  pip" in told("show", "pip", "--no-hash", "-s", "st")
    assert "The studio's base is now storybook." in told("use", "storybook", "-s", "st")


def test_the_same_for_machines(web: Path) -> None:
    added = json.loads(told("add", "webui", "-s", "st", "--json"))
    assert (added["is_new"], added["kinds"]) == (True, {"checkpoint": 1, "lora": 1})
    (web / "models" / "Lora" / "cut.safetensors").write_bytes(b"abc")
    found = json.loads(told("list", "--kind", "lora", "--hash", "-s", "st", "--json"))
    (pip,) = found["models"]
    assert (pip["name"], len(pip["hashes"]["sha256"])) == ("pip", 64)
    assert pip["terms"]["may_sell"] is None
    assert "cut.safetensors" in found["unread"][0]
    shown = json.loads(told("show", pip["hashes"]["tensors_sha256"][:12], "-s", "st", "--json"))
    assert shown["model"]["name"] == "pip"


def test_a_file_is_shown_where_there_is_no_studio(web: Path) -> None:
    file = "webui/models/Lora/pip.safetensors"
    assert "for            sd15" in told("show", file)
    assert not (web.parent / "models.json").exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("add", "nowhere", "-s", "st"), 3),
        (("add", "webui"), 3),
        (("list", "--kind", "loras", "-s", "st"), 2),
        (("show", "pipp", "-s", "st"), 3),
        (("show", "pipp"), 3),
        (("show", "webui", "-s", "st"), 2),
        (("use", "webui/models/Lora/pip.safetensors", "-s", "st"), 4),
    ],
)
def test_what_cannot_be_done_is_a_sentence(web: Path, words: tuple[str, ...], code: int) -> None:
    assert json.loads(told(*words, "--json", code=code)).keys() == {"error", "what", "fix"}

"""`castmates scene` as a person types it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_a_prompt_becomes_a_file_to_go_on_from(castmates: Run, tmp_path: Path) -> None:
    done = castmates("scene", "{pip} on the left, {moss} waving, forest", "--save", "s.toml")
    assert done.returncode == 0
    assert "castmates scene s.toml" in done.stdout
    text = (tmp_path / "s.toml").read_text(encoding="utf-8")
    assert 'background = "forest"' in text
    assert 'action = "waving"' in text


def test_mistakes_are_told_in_sentences(castmates: Run, tmp_path: Path) -> None:
    nobody = castmates("scene", "a fox in the snow")
    assert (nobody.returncode, nobody.stdout) == (2, "")
    assert "names no character" in nobody.stderr
    assert castmates("scene", "gone.toml").returncode == 3
    (tmp_path / "s.toml").write_text('[[figur]]\nname = "pip"\n', encoding="utf-8")
    wrong = castmates("scene", "s.toml")
    assert wrong.returncode == 2
    assert "Did you mean 'figure'" in wrong.stderr
    assert castmates("scene", "{pip}", "--method", "best").returncode == 2
    asjson = castmates("scene", "{pip} left", "--json", "--studio", "nowhere")
    assert asjson.returncode == 3
    assert '"error": "Missing"' in asjson.stdout

"""`castmates book` as a person types it."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import Run


def test_mistakes_are_told_in_sentences(castmates: Run, tmp_path: Path) -> None:
    assert castmates("init", "s").returncode == 0
    gone = castmates("book", "make", "gone.md", "--studio", "s")
    assert (gone.returncode, gone.stdout) == (3, "")
    (tmp_path / "one.md").write_text("Pip", encoding="utf-8")
    short = castmates("book", "make", "one.md", "--studio", "s")
    assert short.returncode == 2
    assert "castmates book write" in short.stderr
    nobody = castmates("book", "write", "A star", "--studio", "s", "--json")
    assert nobody.returncode == 3
    assert '"error": "Missing"' in nobody.stdout
    unknown = castmates("book", "redraw", "snow", "--page", "5", "--studio", "s")
    assert unknown.returncode == 3
    assert "No book 'snow'" in unknown.stderr
    assert "make" in castmates("book", "mke").stderr

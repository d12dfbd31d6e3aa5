"""What came with castmates is mended by one command; other people's models are not touched."""

from __future__ import annotations

from pathlib import Path

from castmates.files.embedded import FOLDER, is_embedded, mend, way_out


def test_the_command_is_the_one_that_fits() -> None:
    assert mend(checkout=True) == "Run: git restore src/castmates/embedded"
    assert mend(checkout=False) == "Run: python -m pip install --force-reinstall castmates"


def test_only_ours_are_mended(tmp_path: Path) -> None:
    assert is_embedded(FOLDER / "base" / "unet")
    assert not is_embedded(tmp_path)
    assert way_out(FOLDER / "tagger", "Download it.") == mend()
    assert way_out(tmp_path, "Download it.") == "Download it."

"""The verb `init`: make a studio, or open the one that is there; knows no character."""

from __future__ import annotations

from pathlib import Path

from castmates.files.studio import Studio


def init(path: Path) -> Studio:
    """A studio at `path`: made when there is none, opened when there is one.

    Raises:
        BadInput: `path` is a file, or a folder with other things in it.
    """
    if (path / "studio.toml").is_file():
        return Studio.open(path)
    return Studio.init(path)

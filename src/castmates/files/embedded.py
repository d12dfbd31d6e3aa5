"""Where the models that come with castmates lie, and the command that mends them; opens none."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

FOLDER = Path(str(files("castmates"))) / "embedded"


def is_embedded(path: Path) -> bool:
    """Say whether a file or folder belongs to the models that came with castmates."""
    return Path(path).resolve().is_relative_to(FOLDER.resolve())


def mend(checkout: bool | None = None) -> str:
    """The command that brings the embedded models back, as an error's way out.

    Args:
        checkout: castmates runs from a checkout; None: see for yourself.
    """
    if checkout is None:
        checkout = (FOLDER.parents[2] / ".git").exists()
    if checkout:
        return f"Run: git restore {FOLDER.relative_to(FOLDER.parents[2]).as_posix()}"
    return "Run: python -m pip install --force-reinstall castmates"


def way_out(path: Path, otherwise: str) -> str:
    """`mend()` for what is embedded, else the other way out."""
    return mend() if is_embedded(path) else otherwise

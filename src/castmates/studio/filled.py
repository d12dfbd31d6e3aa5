"""Refuse work on a character that has no pictures; opens no model."""

from __future__ import annotations

from castmates.core.errors import Missing
from castmates.files.studio import CharacterFolder


def demand_pictures(folder: CharacterFolder) -> None:
    """Go on only with pictures. Raises Missing, with the command that brings some."""
    if not folder.pictures():
        name = folder.path.name
        raise Missing(
            f"'{name}' has no pictures yet.", f"Run: castmates new {name} FOLDER_OF_PICTURES"
        )

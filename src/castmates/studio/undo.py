"""The verb `undo`: takes changes of captions back, or does them again."""

from __future__ import annotations

from castmates.captions import history
from castmates.captions.history import Moved
from castmates.files.studio import Studio


def undo(studio: Studio, name: str, *, again: bool = False) -> Moved:
    """Take the last change of a character's captions back; `again`: do the last one again.

    Raises:
        Missing: no such character, or nothing to take back.
    """
    folder = studio.character(name)
    return history.redo(folder) if again else history.undo(folder)

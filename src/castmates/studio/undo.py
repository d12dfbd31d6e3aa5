"""The verb `undo`: takes changes of captions and pictures back, or does them again, in one order.

The history of captions is the order: an edit of pictures stands in it as a step without captions
that ends with its number, `edit crop (edit 3)`; what it did is in the history of edits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from typing import Literal

from castmates.captions import history
from castmates.captions.history import Moved, Step
from castmates.core.events import Tell, silent
from castmates.files.locks import holding
from castmates.files.studio import CharacterFolder, Studio
from castmates.pictures.edits.changes import Change, EditStep
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.log import begun, forget, settled

_edit = re.compile(r" \(edit (\d+)\)$")


class TakenBack(Moved):
    """What taking back or doing again did; `changed` and `kept` are numbers of these things."""

    things: Literal["captions", "pictures"] = "captions"


def undo(studio: Studio, name: str, *, again: bool = False, tell: Tell = silent) -> TakenBack:
    """Take the last change of a character back; `again`: do the last one again.

    Raises:
        Missing: no such character, or nothing to take back.
        CastmatesError: another process edits its pictures, or the disk is full.
    """
    folder = studio.character(name)
    edited = folder.edits_history.is_file()
    with holding(folder.path) if edited else nullcontext():
        finish(folder, tell)
        moved = history.redo(folder) if again else history.undo(folder)
        number = edit_of(moved.what)
        if number is None:
            return TakenBack(**moved.model_dump())
        done = settled(folder, goals(folder), tell).get(number)
        step, kept = done if done else (None, ())
        changed = tuple(n for n in (step.numbers if step else ()) if n not in kept)
        return TakenBack(what=moved.what, changed=changed, kept=kept, things="pictures")


def make(
    desk: Desk,
    what: str,
    asked: str,
    changes: Sequence[Change],
    captions: Mapping[str, bytes],
    tell: Tell = silent,
) -> tuple[EditStep, tuple[int, ...]]:
    """Make an edit that can be taken back. The folder must be held.

    Written down first, then made; a call that is stopped on the way is finished by the next.

    Returns:
        the edit, and the numbers of pictures that changed in the meantime and stay as they are.
    """
    folder = desk.folder
    last = max([0, *goals(folder)])
    number = begun(desk, what, asked, changes, captions, last)
    history.note(folder, Step(what=f"{what} (edit {number})", captions=()))
    done = settled(folder, goals(folder), tell)[number]
    forget(folder, goals(folder))
    return done


def finish(folder: CharacterFolder, tell: Tell = silent) -> list[EditStep]:
    """Bring edits that were stopped to their end; returns those that are made now."""
    done = settled(folder, goals(folder), tell)
    return [step for step, _ in done.values() if step.settled == "after"]


def goals(folder: CharacterFolder) -> dict[int, bool]:
    """Edit -> whether it is taken back."""
    steps = ((edit_of(step.what), step.undone) for step in history.steps_of(folder))
    return {number: undone for number, undone in steps if number is not None}


def edit_of(what: str) -> int | None:
    """The number of the edit that a step of the history stands for; None: it changed captions."""
    match = _edit.search(what)
    return int(match[1]) if match else None

"""The verb `captions edit`: shows what edits would change, and writes it when told to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

from castmates.captions.edits import Change, Edit, changes
from castmates.captions.filters import Subject, read
from castmates.captions.history import record
from castmates.core.errors import BadInput
from castmates.core.types import Value
from castmates.files.studio import CharacterFolder, Studio
from castmates.studio.models import pictures_of


class Edited(Value):
    """What edits would change, or changed.

    Attributes:
        meant: how many captions the filter names.
        changes: number, caption before and after, for those that differ.
        written: whether it is done.
    """

    meant: int
    changes: tuple[tuple[int, str, str], ...]
    written: bool


def edit(
    studio: Studio, name: str, edits: Sequence[Edit], *, where: str = "", write: bool = False
) -> Edited:
    """Apply edits, in order, to the captions of a character that a filter names.

    Args:
        edits: each caption -> caption.
        where: a filter (`captions.filters`); "": all.
        write: else nothing is written, and the result is a preview.

    Raises:
        BadInput: no edit is given, or the filter is wrong.
        Missing: no such character, or it has no pictures.
    """
    if not edits:
        raise BadInput("No edit is given.", "As in: --add smile, --remove hat, --rename cap=hat")
    meant = read(where)
    folder = studio.character(name)
    pictures_of(folder)
    chosen = [(s.number, s.caption) for s in subjects(folder) if meant(s)]

    def whole(caption: str) -> str:
        return reduce(lambda text, each: each(text), edits, caption)

    found = changes(chosen, whole)
    if write:
        record(folder, "captions edit", {change.number: change.after for change in found})
    return Edited(meant=len(chosen), changes=tuple(map(_plain, found)), written=write)


def subjects(folder: CharacterFolder) -> list[Subject]:
    """What filters can ask of a character's pictures."""
    records = {record.number: record for record in folder.records()}
    found = []
    for entry in folder.pictures():
        known = records.get(entry.number)
        said = entry.caption or ""
        if known is None:
            found.append(Subject(entry.number, said))
            continue
        found.append(
            Subject(entry.number, said, known.outfit, known.view, known.group, known.held_out)
        )
    return found


def _plain(change: Change) -> tuple[int, str, str]:
    return (change.number, change.before, change.after)

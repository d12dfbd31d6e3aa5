"""The edits of a character, step by step, so that each can be taken back; knows no order.

`edits-history.jsonl` holds a line an edit, written before the first picture is touched. Which
edits count, and in what order, the history of captions says (`captions-history.jsonl`), because
captions and pictures are taken back in one order. An edit that was stopped is brought to its end by
the next.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import ValidationError

from castmates.core.errors import BadInput
from castmates.core.events import Tell, silent
from castmates.files.reading import read_utf8
from castmates.files.studio import CharacterFolder
from castmates.files.writing import write_text
from castmates.pictures.edits.applying import applied, lists_kept
from castmates.pictures.edits.changes import Change, EditStep, names_used
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import entries_of
from castmates.pictures.edits.keeping import keep_new, sweep

Goals = Mapping[int, bool]
"""Id of an edit -> whether it is taken back; edits that are not named are forgotten."""


def steps_of(folder: CharacterFolder) -> list[EditStep]:
    """Every remembered edit, oldest first. Raises BadInput when the file does not fit."""
    path = folder.edits_history
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        try:
            found.append(EditStep.model_validate_json(line))
        except ValidationError as error:
            raise BadInput(
                f"{path}, line {number} is no step of the history of edits.",
                "Delete the file; only taking back is lost.",
            ) from error
    return found


def begun(
    desk: Desk,
    what: str,
    asked: str,
    changes: Sequence[Change],
    captions: Mapping[str, bytes],
    last: int = 0,
) -> int:
    """Write down an edit that is about to be made; returns its id.

    Args:
        last: the highest id that was ever given.
        asked: a digest of what was asked for.
        captions: names in `kept/` -> bytes of captions that the edit writes.
    """
    folder = desk.folder
    for name, data in (*desk.fresh.items(), *captions.items()):
        keep_new(folder, name, data)
    steps = steps_of(folder)
    number = max([last, *(step.id for step in steps)]) + 1
    lists = lists_kept(folder)
    new = EditStep(id=number, what=what, asked=asked, changes=tuple(changes), lists=lists)
    _save(folder, [*steps, new])
    return number


def settled(
    folder: CharacterFolder, goals: Goals, tell: Tell = silent
) -> dict[int, tuple[EditStep, tuple[int, ...]]]:
    """Bring every edit to where it is meant to be, and forget those that no longer count.

    Returns:
        id -> the edit, and the numbers of pictures that somebody changed by hand since and that
        stay as they are; only those that were not there yet.

    Raises:
        CastmatesError: the disk is full, read-only or forbidden; the next call goes on.
    """
    steps = [step for step in steps_of(folder) if step.id in goals]
    done: dict[int, tuple[EditStep, tuple[int, ...]]] = {}
    for index, step in enumerate(steps):
        back = goals[step.id]
        if step.settled == ("before" if back else "after"):
            continue
        steps[index], kept = applied(folder, step, back, tell)
        done[step.id] = (steps[index], kept)
        _save(folder, steps)
    return done


def forget(folder: CharacterFolder, goals: Goals) -> None:
    """Drop the edits that no longer count, and the maps that nobody names."""
    every = steps_of(folder)
    steps = [step for step in every if step.id in goals]
    if len(steps) < len(every):
        _save(folder, steps)
    used = names_used(entries_of(folder))
    for step in steps:
        used |= {name for name, _ in step.lists.values() if name}
        for change in step.changes:
            for state in (change.before, change.after):
                if state.entry is not None:
                    used.update(state.entry.maps)
    sweep(folder, used)


def _save(folder: CharacterFolder, steps: Sequence[EditStep]) -> None:
    lines = [json.dumps(step.model_dump(mode="json"), ensure_ascii=True) for step in steps]
    write_text(folder.edits_history, "".join(f"{line}\n" for line in lines))

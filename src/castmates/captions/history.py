"""Change captions so that every change can be taken back, to the byte; knows no tags.

`captions-history.jsonl` in the character's folder holds a line a step: what it was, and of every
picture it changed the caption file before and after. Steps that were taken back stay behind the
others, and can be done again until something else is changed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Literal

from pydantic import ValidationError

from castmates.core.errors import BadInput, Missing
from castmates.core.types import Value
from castmates.files.reading import read_utf8
from castmates.files.studio import CharacterFolder
from castmates.files.writing import write_text

STEPS = 40
"""As many steps can be taken back; older ones are forgotten."""

_LATIN = "latin-1"


class Changed(Value):
    """A caption file before and after a step; None: there was none."""

    number: int
    before: str | None
    after: str | None
    encoding: Literal["utf-8", "latin-1"] = "utf-8"


class Step(Value):
    """One change to any number of captions."""

    what: str
    captions: tuple[Changed, ...]
    undone: bool = False


class Moved(Value):
    """What taking back or doing again did.

    Attributes:
        what: the step.
        changed: numbers of the captions that are now as they were.
        kept: numbers of captions that were changed by hand since; they stay as they are.
    """

    what: str
    changed: tuple[int, ...]
    kept: tuple[int, ...]


def record(folder: CharacterFolder, what: str, captions: Mapping[int, str]) -> int:
    """Write captions by number as one step; those that already read so are not touched.

    The step is remembered before the first caption is written, so that a crash between the two
    can be taken back as well.

    Returns:
        how many differ from what was there.

    Raises:
        CastmatesError: the disk is full, read-only or forbidden.
    """
    known = {entry.number: entry.caption for entry in folder.pictures()}
    differing = {n: text for n, text in captions.items() if known[n] != text.strip()}
    if not differing:
        return 0
    changed = []
    for number, text in differing.items():
        before = folder.caption_bytes(number)
        changed.append(_changed(number, before, folder.caption_as_written(text)))
    note(folder, Step(what=what, captions=tuple(changed)))
    for number, text in differing.items():
        folder.write_caption(number, text)
    return len(differing)


def note(folder: CharacterFolder, step: Step) -> None:
    """Put a step behind those that hold; what was taken back cannot be done again after it."""
    steps = [kept for kept in steps_of(folder) if not kept.undone]
    _save(folder, [*steps, step][-STEPS:])


def undo(folder: CharacterFolder) -> Moved:
    """Take the last step back. A caption that was changed since by hand is kept.

    Raises:
        Missing: there is nothing to take back.
        BadInput: the history does not fit.
    """
    steps = steps_of(folder)
    last = max((i for i, step in enumerate(steps) if not step.undone), default=None)
    if last is None:
        raise Missing(
            f"There is nothing to take back for '{folder.path.name}'.",
            "No caption and no picture was changed, or all of it is taken back already.",
        )
    moved = _move(folder, steps[last], back=True)
    steps[last] = steps[last].model_copy(update={"undone": True})
    _save(folder, steps)
    return moved


def redo(folder: CharacterFolder) -> Moved:
    """Do again what was taken back last. Errors as in `undo`."""
    steps = steps_of(folder)
    first = next((i for i, step in enumerate(steps) if step.undone), None)
    if first is None:
        raise Missing(
            f"There is nothing to do again for '{folder.path.name}'.",
            "Only what was taken back can be done again.",
        )
    moved = _move(folder, steps[first], back=False)
    steps[first] = steps[first].model_copy(update={"undone": False})
    _save(folder, steps)
    return moved


def steps_of(folder: CharacterFolder) -> list[Step]:
    """Every remembered step, oldest first. Raises BadInput when the file does not fit."""
    path = folder.captions_history
    if not path.is_file():
        return []
    found = []
    for number, line in enumerate(read_utf8(path).splitlines(), 1):
        try:
            found.append(Step.model_validate_json(line))
        except ValidationError as error:
            raise BadInput(
                f"{path}, line {number} is not a step of the history.",
                "Delete the file; only taking back is lost.",
            ) from error
    return found


def _move(folder: CharacterFolder, step: Step, *, back: bool) -> Moved:
    changed, kept = [], []
    there = {entry.number for entry in folder.pictures()}
    for each in step.captions:
        now, then = (each.after, each.before) if back else (each.before, each.after)
        if each.number not in there or folder.caption_bytes(each.number) != _bytes(now, each):
            kept.append(each.number)
            continue
        folder.restore_caption(each.number, _bytes(then, each))
        changed.append(each.number)
    return Moved(what=step.what, changed=tuple(changed), kept=tuple(kept))


def _changed(number: int, before: bytes | None, after: bytes) -> Changed:
    try:
        encoding: Literal["utf-8", "latin-1"] = "utf-8"
        text = None if before is None else before.decode(encoding)
        return Changed(number=number, before=text, after=after.decode(encoding))
    except UnicodeDecodeError:
        # Latin-1 has a sign for every byte, so any file comes back as it was.
        assert before is not None
        return Changed(
            number=number,
            before=before.decode(_LATIN),
            after=after.decode(_LATIN),
            encoding="latin-1",
        )


def _bytes(text: str | None, each: Changed) -> bytes | None:
    return None if text is None else text.encode(each.encoding)


def _save(folder: CharacterFolder, steps: Sequence[Step]) -> None:
    lines = [json.dumps(step.model_dump(mode="json"), ensure_ascii=True) for step in steps]
    write_text(folder.captions_history, "".join(f"{line}\n" for line in lines))

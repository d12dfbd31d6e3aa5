"""Bring pictures from one state into another, and back; knows no order of edits.

It can be stopped at any place and called again: what is there already is left, what somebody
changed by hand in the meantime is left as well, with all that belongs to that picture.
"""

from __future__ import annotations

import os
from pathlib import Path

from castmates.core.errors import BadInput, Missing, Unfit
from castmates.core.events import Began, Moved, Tell, Warned
from castmates.files import images
from castmates.files.reading import read_bytes
from castmates.files.studio import CharacterFolder
from castmates.files.trouble import in_words
from castmates.files.writing import made, write_bytes
from castmates.pictures.edits.changes import (
    Change,
    EditStep,
    State,
    kept_name,
    merged,
    names_used,
    same,
)
from castmates.pictures.edits.desk import Desk
from castmates.pictures.edits.entries import Entry, entries_of, save_entries
from castmates.pictures.edits.keeping import (
    KINDS,
    Kind,
    digest_of,
    drop_kept,
    is_kept,
    keep,
    kept_bytes,
    place_of,
    present,
)
from castmates.pictures.recorded import texts_of

LISTS = ("pictures.toml", "edits.toml")
_DRAWING = "{number:04d}.drawing"


def applied(
    folder: CharacterFolder, step: EditStep, back: bool, tell: Tell
) -> tuple[EditStep, tuple[int, ...]]:
    """Bring every picture of a step to its state after it (`back`: before it).

    Returns:
        the step as it is now, and the numbers of the pictures that stay as somebody left them.

    Raises:
        CastmatesError: the disk is full, read-only or forbidden; call again to go on.
    """
    desk = Desk.of(folder)
    tell(Began(what=step.what, total=len(step.changes), unit="pictures"))
    for change in step.changes:
        _secure(folder, change, back)
    changes, kept = [], []
    for done, change in enumerate(step.changes, 1):
        arrived = _moved(desk, change, back, tell)
        changes.append(arrived or change)
        if arrived is None:
            kept.append(change.number)
        tell(Moved(what=step.what, done=done))
    moved = [change for change in changes if change.number not in kept]
    whole = step.lists if back and not kept else {}
    entries = _write_lists(folder, moved, whole, back)
    _release(folder, moved, entries, back)
    after = {
        name: (before, _digest(folder.path / name)) for name, (before, _) in step.lists.items()
    }
    settled = "before" if back else "after"
    update = {"changes": tuple(changes), "settled": settled, "lists": after}
    return step.model_copy(update=update), tuple(kept)


def _secure(folder: CharacterFolder, change: Change, back: bool) -> None:
    """Before anything is drawn: keep what a person made and this step replaces."""
    source, target = change.between(back)
    for kind in KINDS:
        here = present(folder, change.number, kind)
        replaced = source.files.of(kind) != target.files.of(kind)
        own = kind == "caption" or not source.is_drawn
        if here and here == source.files.of(kind) and replaced and own:
            keep(folder, change.number, kind)


def _moved(desk: Desk, change: Change, back: bool, tell: Tell) -> Change | None:
    """One picture; None when it stays as it is."""
    source, target = change.between(back)
    entry = desk.entries.get(change.number)
    if not (same(entry, source.entry) or same(entry, target.entry)):
        return None
    if source.files == target.files:
        return change
    drawings: dict[Kind, Path] = {}
    try:
        if target.is_drawn:
            target, drawings = _drawn(desk, change.number, target)
        elif not _can_come_back(desk.folder, change.number, target):
            raise Missing(
                f"What {change.number:04d}.png was is no longer in {desk.folder.kept_dir}."
            )
    except (BadInput, Missing, Unfit) as error:
        tell(Warned(what=error.what, fix=f"{change.number:04d}.png stays as it is. {error.fix}"))
        return None
    try:
        fits = all(
            present(desk.folder, change.number, kind)
            in (source.files.of(kind), target.files.of(kind))
            for kind in KINDS
        )
        if fits:
            for kind in KINDS:
                _place(desk.folder, change.number, target, kind, drawings.get(kind))
        return change.arrived(target, back) if fits else None
    finally:
        for path in drawings.values():
            path.unlink(missing_ok=True)


def _drawn(desk: Desk, number: int, state: State) -> tuple[State, dict[Kind, Path]]:
    """The state with its digests, and where its drawn picture and mask wait."""
    assert state.entry is not None
    layers = desk.drawn(state.entry)
    beside = made(desk.folder.kept_dir) / _DRAWING.format(number=number)
    picture = beside.with_suffix(".drawing.png")
    texts = texts_of(state.record) if state.record else {}
    images.write_png(picture, layers.pixels, texts)
    drawings: dict[Kind, Path] = {"picture": picture}
    if layers.alpha is not None:
        drawings["mask"] = beside.with_suffix(".drawing.mask.png")
        images.write_mask(drawings["mask"], layers.alpha)
    mask = _digest(drawings["mask"]) if "mask" in drawings else ""
    return state.drawn_as(_digest(picture), mask), drawings


def _can_come_back(folder: CharacterFolder, number: int, state: State) -> bool:
    for kind in KINDS:
        name = kept_name(number, state, kind)
        if name and present(folder, number, kind) != state.files.of(kind):
            kept_bytes(folder, name)
    return True


def _place(
    folder: CharacterFolder, number: int, state: State, kind: Kind, drawing: Path | None
) -> None:
    path, wanted = place_of(folder, number, kind), state.files.of(kind)
    if present(folder, number, kind) == wanted:
        return
    if not wanted:
        with in_words(path, "removed"):
            path.unlink(missing_ok=True)
    elif drawing is not None:
        with in_words(path, "written"):
            os.replace(drawing, path)
    else:
        write_bytes(path, kept_bytes(folder, kept_name(number, state, kind)))


def _write_lists(
    folder: CharacterFolder, moved: list[Change], whole: dict[str, tuple[str, str]], back: bool
) -> dict[int, Entry]:
    """Bring `pictures.toml` and `edits.toml` along.

    Args:
        whole: lists that come back to the byte, unless somebody changed them since.
    """
    returning = {
        name: before
        for name, (before, after) in whole.items()
        if after and _digest(folder.path / name) == after
    }
    records = {record.number: record for record in folder.records()}
    entries = entries_of(folder)
    for change in moved:
        source, target = change.between(back)
        record = merged(records.pop(change.number, None), source.record, target.record)
        entries.pop(change.number, None)
        if record is not None:
            records[change.number] = record
        if target.entry is not None:
            entries[change.number] = target.entry
    if "pictures.toml" not in returning:
        folder.save_records(list(records.values()))
    if "edits.toml" not in returning:
        save_entries(folder, entries)
    for name, before in returning.items():
        _return_list(folder, name, before)
    return entries


def _release(
    folder: CharacterFolder, moved: list[Change], entries: dict[int, Entry], back: bool
) -> None:
    """What is in use again need not be kept, unless something is drawn from it."""
    used = names_used(entries)
    for change in moved:
        target = change.between(back)[1]
        for kind in KINDS:
            name = kept_name(change.number, target, kind)
            if name not in used and is_kept(folder, name):
                drop_kept(folder, name)


def lists_kept(folder: CharacterFolder) -> dict[str, tuple[str, str]]:
    """Keep the lists as they are, for `EditStep.lists`."""
    found = {}
    for name in LISTS:
        path = folder.path / name
        kept = ""
        if path.is_file():
            data = read_bytes(path)
            kept = f"{path.stem}.{digest_of(data)}.toml"
            write_bytes(made(folder.kept_dir) / kept, data)
        found[name] = (kept, "")
    return found


def _return_list(folder: CharacterFolder, name: str, before: str) -> None:
    path = folder.path / name
    if before:
        write_bytes(path, read_bytes(folder.kept_dir / before))
        return
    with in_words(path, "removed"):
        path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    return digest_of(read_bytes(path)) if path.is_file() else ""

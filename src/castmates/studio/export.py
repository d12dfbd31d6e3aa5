"""The verbs of `export`: a character's pictures in the layout of other trainers."""

from __future__ import annotations

from pathlib import Path

from castmates.core.errors import BadInput, Missing
from castmates.core.events import Began, Tell, Warned, silent
from castmates.core.types import Value
from castmates.files.handover import hand_over
from castmates.files.studio import CharacterFolder, Studio
from castmates.files.writing import made
from castmates.pictures.kohya_export import CAPTION, THEIRS, Kohya, is_theirs, layout, safe


class Exported(Value):
    """Where the layout lies and what is in it.

    Attributes:
        folder: the one with Images, Model, Logs and dataset.toml.
        pictures, captions: how many it holds.
        written, there, removed: files written now, there already, and removed as no longer meant.
    """

    folder: str
    pictures: int
    captions: int
    written: int
    there: int
    removed: int


def kohya(
    studio: Studio, name: str, into: Path, how: Kohya | None = None, tell: Tell = silent
) -> Exported:
    """Write `Images/<repeats>_<trigger>/`, `Model/`, `Logs/` and `dataset.toml`.

    The same call again writes only what changed.

    Raises:
        Missing: no such character, or it has no pictures.
        BadInput: foreign files in the folder, a folder inside the cast, an odd resolution.
        CastmatesError: the disk is full, read-only or forbidden.
    """
    how = how or Kohya()
    folder = studio.character(name)
    if how.resolution % 64 or how.resolution < 64:
        raise BadInput(
            f"The resolution is {how.resolution}; wanted a multiple of 64.", "As in: 512, 768."
        )
    if into.resolve().is_relative_to((studio.path / "cast").resolve()):
        raise BadInput(f"{into} lies in the studio's cast.", "Give a folder outside of it.")
    if not folder.pictures():
        raise Missing(f"'{name}' has no pictures.", f"Bring some in: castmates new {name} FOLDER")
    root = into / f"lora_{safe(folder.character.trigger)}" if how.trigger_folder else into
    planned = layout(folder, root, how)
    tell(Began(what="exporting pictures"))
    done = hand_over(root, planned, is_theirs)
    for beside in THEIRS:
        made(root / beside)
    captions = sum(path.endswith(CAPTION) for path in planned)
    _warn(folder, root, done.written, tell)
    return Exported(
        folder=str(root),
        pictures=len(planned) - captions - 1,
        captions=captions,
        written=done.written,
        there=done.there,
        removed=done.removed,
    )


def _warn(folder: CharacterFolder, root: Path, written: int, tell: Tell) -> None:
    entries = folder.pictures()
    bare = sum(not entry.caption for entry in entries)
    if bare:
        what = f"{bare} of {len(entries)} pictures have no caption; kohya takes class_tokens."
        tell(Warned(what=what, fix=f"Write some: castmates tag {folder.path.name}"))
    if any("\n" in (entry.caption or "") for entry in entries):
        what = "Some captions have several lines; kohya reads the first."
        tell(Warned(what=what, fix="Make one line of them, or set enable_wildcard."))
    if written and next(root.glob("Images/*/*.npz"), None):
        what = "There are caches (.npz) of an earlier training beside the pictures."
        tell(Warned(what=what, fix="Delete them: kohya does not see that pictures changed."))
